import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A container that the fake daemon knows. */
export interface FakeContainer {
  readonly service: string;
  startedAt: string;
  paused: boolean;
  gone?: boolean;
  health?: { Status: string; FailingStreak: number };
}

/** A Docker daemon on a unix socket of its own, just as far as the agent asks it. Remembers what was asked. */
export class FakeDocker {
  readonly containers = new Map<string, FakeContainer>();
  readonly services = new Map<string, { version: number; replicas: number }>();
  /** `METHOD path` of every call but listings and inspections. */
  readonly calls: string[] = [];
  /** Calls that never get an answer. */
  readonly silent = new Set<string>();
  /** Runs before a call is answered; an answer of its own replaces the usual one. */
  before: (call: string) => { status: number; message: string } | undefined = () => undefined;
  readonly socket: string;
  readonly #folder: string;
  readonly #server: Server;

  private constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "kaleem-docker-"));
    this.socket = join(this.#folder, "docker.sock");
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<FakeDocker> {
    const fake = new FakeDocker();
    await new Promise<void>((resolve) => fake.#server.listen(fake.socket, resolve));
    return fake;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  paused(): readonly string[] {
    return [...this.containers].filter(([, { paused }]) => paused).map(([id]) => id);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? "", "http://docker");
    const call = `${request.method ?? ""} ${url.pathname}`;
    if (this.silent.has(call)) return;
    const own = this.before(call);
    if (request.method !== "GET") this.calls.push(call);
    const { status, value } =
      own === undefined
        ? this.#result(call, url, body)
        : { status: own.status, value: { message: own.message } };
    response
      .writeHead(status, { "content-type": "application/json" })
      .end(value === null ? "" : JSON.stringify(value));
  }

  #result(call: string, url: URL, body: string): { status: number; value: unknown } {
    if (call === "GET /containers/json") return { status: 200, value: this.#list(url) };
    const [, kind, id = "", action] = url.pathname.split("/");
    if (kind === "services") return this.#service(id, action, body, url);
    const container = this.containers.get(id);
    if (container === undefined || container.gone === true)
      return { status: 404, value: { message: `No such container: ${id}` } };
    switch (action) {
      case "json":
        return { status: 200, value: inspection(id, container) };
      case "pause":
        if (container.paused) return { status: 409, value: { message: "already paused" } };
        container.paused = true;
        return { status: 204, value: null };
      case "unpause":
        if (!container.paused) return { status: 500, value: { message: `Container ${id} is not paused` } };
        container.paused = false;
        return { status: 204, value: null };
      case "kill":
        return { status: 204, value: null };
      default:
        return { status: 400, value: { message: `the fake knows no ${call}` } };
    }
  }

  #list(url: URL): unknown {
    const filters = JSON.parse(url.searchParams.get("filters") ?? "{}") as { label?: string[] };
    const service = filters.label?.[0]?.split("=")[1];
    const found = [...this.containers].filter(
      ([, container]) => container.service === service && container.gone !== true,
    );
    return found.map(([id]) => ({ Id: id, Created: 1 }));
  }

  #service(
    name: string,
    action: string | undefined,
    body: string,
    url: URL,
  ): { status: number; value: unknown } {
    const service = this.services.get(name);
    if (service === undefined) return { status: 404, value: { message: `service ${name} not found` } };
    if (action === "update") {
      if (Number(url.searchParams.get("version")) !== service.version) {
        return { status: 500, value: { message: "rpc error: code = Unknown desc = update out of sequence" } };
      }
      const spec = JSON.parse(body) as { Mode: { Replicated: { Replicas: number } } };
      service.version += 1;
      service.replicas = spec.Mode.Replicated.Replicas;
      return { status: 200, value: {} };
    }
    const Spec = {
      Name: name,
      Mode: { Replicated: { Replicas: service.replicas } },
      TaskTemplate: { ContainerSpec: { Image: "image@sha256:1" }, Kept: true },
    };
    return { status: 200, value: { ID: name, Version: { Index: service.version }, Spec } };
  }
}

function inspection(id: string, container: FakeContainer): unknown {
  return {
    Id: id,
    State: {
      Running: true,
      Paused: container.paused,
      Pid: 4242,
      StartedAt: container.startedAt,
      ...(container.health === undefined ? {} : { Health: container.health }),
    },
    Config: { Image: `${container.service}@sha256:1` },
  };
}
