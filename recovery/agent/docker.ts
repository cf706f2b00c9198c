import { request } from "node:http";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../exit-codes.ts";

const listedContainer = z.object({ Id: z.string(), Created: z.number() });
const inspectedContainer = z.object({
  Id: z.string(),
  State: z.object({
    Running: z.boolean(),
    Paused: z.boolean(),
    Pid: z.number(),
    StartedAt: z.string(),
    Health: z.object({ Status: z.string(), FailingStreak: z.number() }).optional(),
  }),
  Config: z.object({ Image: z.string() }),
});
const replicatedMode = z.object({ Replicated: z.object({ Replicas: z.number().optional() }).optional() });
const inspectedService = z.object({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: z.looseObject({
    Name: z.string(),
    Mode: replicatedMode,
    TaskTemplate: z.looseObject({ ContainerSpec: z.looseObject({ Image: z.string() }) }),
  }),
  UpdateStatus: z.object({ State: z.string().optional(), Message: z.string().optional() }).nullish(),
});

/** What is asked of a container: identity, the moment it started, and whether it stands still. */
export interface Container {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly running: boolean;
  readonly paused: boolean;
  readonly image: string;
  /** `healthy`, `unhealthy` or `starting`; null when the image has no health check. */
  readonly health: string | null;
}

/** A Swarm service as the API gives it; `spec` goes back unchanged on an update but for what is meant. */
export interface SwarmServiceState {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly image: string;
  /** Null for a global service. */
  readonly replicas: number | null;
  readonly updateState: string | null;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The daemon's refusal: its status code and its own words. */
export class DockerError extends Error {
  readonly status: number;
  constructor(status: number, what: string, message: string) {
    super(`Docker, ${what}: ${message}`);
    this.name = "DockerError";
    this.status = status;
  }
}

/**
 * The few calls of the Docker Engine API that recovery needs, over the local socket. Paths carry no API version:
 * the daemon then answers with its own, so one bundle serves Docker 20.10 as well as engines that dropped old versions.
 */
export class Docker {
  readonly #socket: string;
  readonly #timeoutMs: number;
  /** @param timeoutMs Limit for one call. @default 15000 */
  constructor(socket = "/var/run/docker.sock", timeoutMs = 15_000) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
  }

  /** Running or paused containers of a Swarm service on this host, newest first. */
  async containersOf(service: string): Promise<readonly Container[]> {
    const filters = { label: [`com.docker.swarm.service.name=${service}`], status: ["running", "paused"] };
    const body = await this.#call(
      "GET",
      `/containers/json?filters=${encodeURIComponent(JSON.stringify(filters))}`,
      "list containers",
    );
    const listed = z
      .array(listedContainer)
      .parse(body)
      .sort((a, b) => b.Created - a.Created);
    return Promise.all(listed.map((container) => this.inspectContainer(container.Id)));
  }

  /** Rejects with a DockerError of status 404 when the container is gone. */
  async inspectContainer(id: string): Promise<Container> {
    const { Id, State, Config } = inspectedContainer.parse(
      await this.#call("GET", `/containers/${id}/json`, "inspect container"),
    );
    return {
      id: Id,
      pid: State.Pid,
      startedAt: State.StartedAt,
      running: State.Running,
      paused: State.Paused,
      image: Config.Image,
      health: healthOf(State.Health),
    };
  }

  /** Freezes every process of a container; returns when all stand still. */
  async pause(id: string): Promise<void> {
    await this.#call("POST", `/containers/${id}/pause`, "pause container");
  }

  /** Thaws a container. Refused with 500 or 409 when it is not paused. */
  async unpause(id: string): Promise<void> {
    await this.#call("POST", `/containers/${id}/unpause`, "unpause container");
  }

  /** Sends a signal, such as `SIGHUP`, to a container's first process. */
  async kill(id: string, signal: NodeJS.Signals): Promise<void> {
    await this.#call("POST", `/containers/${id}/kill?signal=${signal}`, `send ${signal}`);
  }

  /** Null when there is no such service. */
  async inspectService(name: string): Promise<SwarmServiceState | null> {
    let body: unknown;
    try {
      body = await this.#call("GET", `/services/${encodeURIComponent(name)}`, `inspect service ${name}`);
    } catch (error) {
      if (error instanceof DockerError && error.status === 404) return null;
      throw error;
    }
    const { ID, Version, Spec, UpdateStatus } = inspectedService.parse(body);
    return {
      id: ID,
      name: Spec.Name,
      version: Version.Index,
      image: Spec.TaskTemplate.ContainerSpec.Image,
      replicas: Spec.Mode.Replicated === undefined ? null : (Spec.Mode.Replicated.Replicas ?? 1),
      updateState: UpdateStatus?.State ?? null,
      spec: Spec,
    };
  }

  /** Refused when the service changed since it was inspected. */
  async updateService(service: SwarmServiceState, spec: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call(
      "POST",
      `/services/${service.id}/update?version=${service.version}`,
      `update service ${service.name}`,
      spec,
    );
  }

  /** Sets the number of replicas; tried again when somebody else changes the service at the same moment. Does not wait for tasks. */
  async scale(name: string, replicas: number): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const service = await this.inspectService(name);
      if (service === null) {
        throw new RecoveryError(
          exitCodes.failed,
          `Service ${name} does not exist on this host: run \`pulumi up\` first.`,
        );
      }
      if (service.replicas === replicas) return;
      try {
        await this.updateService(service, { ...service.spec, Mode: { Replicated: { Replicas: replicas } } });
        return;
      } catch (error) {
        if (attempt >= 5 || !(error instanceof DockerError) || !error.message.includes("out of sequence"))
          throw error;
      }
    }
  }

  #call(method: string, path: string, what: string, body?: unknown): Promise<unknown> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      payload === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(payload)) };
    return new Promise((resolve, reject) => {
      const call = request(
        // A pooled connection that the daemon has just closed fails a pause for nothing.
        { socketPath: this.#socket, path, method, headers, agent: false, timeout: this.#timeoutMs },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("error", reject);
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            if (status >= 400) return reject(new DockerError(status, what, messageOf(text)));
            resolve(text === "" ? null : JSON.parse(text));
          });
        },
      );
      call.on("timeout", () => call.destroy(new Error(`no answer within ${this.#timeoutMs / 1000} s`)));
      call.on("error", (error: NodeJS.ErrnoException) => reject(unreachable(this.#socket, what, error)));
      call.end(payload);
    });
  }
}

/**
 * Docker calls every container unhealthy from a pause until its next probe, though no probe has failed: that is not what the word
 * means to anybody else.
 */
function healthOf(
  health: { readonly Status: string; readonly FailingStreak: number } | undefined,
): string | null {
  if (health === undefined) return null;
  return health.Status === "unhealthy" && health.FailingStreak === 0 ? "healthy" : health.Status;
}

function messageOf(text: string): string {
  try {
    return z.object({ message: z.string() }).parse(JSON.parse(text)).message;
  } catch {
    return text.trim();
  }
}

function unreachable(socket: string, what: string, error: NodeJS.ErrnoException): Error {
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED") {
    return new RecoveryError(
      exitCodes.failed,
      `Docker does not answer on ${socket} (${what}): start it with \`systemctl start docker\`.`,
    );
  }
  if (error.code === "EACCES")
    return new RecoveryError(exitCodes.failed, `Docker refuses us on ${socket} (${what}): run as root.`);
  return new DockerError(0, what, error.message);
}
