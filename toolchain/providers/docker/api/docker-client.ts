import { Agent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Duplex } from "node:stream";
import type { DockerHost } from "./docker-host.ts";
import { SshStream } from "./ssh-stream.ts";

/** sshd starts refusing beyond about ten connections that log in at once; four are enough for a host's API. */
const maxConnections = 4;
/** No call that the provider makes takes long by itself; a hanging connection must not hang the run. */
const callMilliseconds = 60_000;

/** Docker refused a call. The message is Docker's own, in the words of the official plugin. */
export class DockerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(`Error response from daemon: ${message}`);
    this.name = "DockerError";
    this.status = status;
  }
}

/** Docker is there, but did not answer in time. */
export class DockerTimeout extends Error {}

/** One call to Docker's API. */
export interface DockerCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path and query, without a version: the daemon then speaks its own. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
  readonly signal?: AbortSignal;
  /** @default 60000 */
  readonly timeoutMilliseconds?: number;
}

class SshAgent extends Agent {
  readonly #host: Extract<DockerHost, { kind: "ssh" }>;

  constructor(host: Extract<DockerHost, { kind: "ssh" }>) {
    super({ keepAlive: true, maxSockets: maxConnections });
    this.#host = host;
  }

  override createConnection(): Duplex {
    return new SshStream(this.#host);
  }
}

/** Docker's API on one host, over connections that are kept and used again. */
export class DockerClient {
  readonly #agent: Agent;
  readonly #socketPath: string | undefined;

  constructor(host: DockerHost) {
    this.#socketPath = host.kind === "unix" ? host.socketPath : undefined;
    this.#agent =
      host.kind === "ssh" ? new SshAgent(host) : new Agent({ keepAlive: true, maxSockets: maxConnections });
  }

  /** Makes a call and answers its JSON body; an empty body answers `undefined`. Throws `DockerError` for a refusal. */
  async json(call: DockerCall): Promise<unknown> {
    const text = (await this.bytes(call)).toString("utf8").trim();
    return text === "" ? undefined : JSON.parse(text);
  }

  /** As `json`, with the raw body. */
  async bytes(call: DockerCall): Promise<Buffer> {
    const deadline = AbortSignal.timeout(call.timeoutMilliseconds ?? callMilliseconds);
    const signal = call.signal === undefined ? deadline : AbortSignal.any([call.signal, deadline]);
    try {
      const { status, body } = await this.#send(call, signal);
      if (status >= 200 && status < 300) return body;
      throw new DockerError(status, messageOf(body, status));
    } catch (error) {
      if (call.signal?.aborted === true) throw call.signal.reason;
      if (!deadline.aborted) throw error;
      throw new DockerTimeout(
        `Docker did not answer ${call.method} ${call.path.split("?", 1)[0] ?? ""} in time`,
      );
    }
  }

  async #send(call: DockerCall, signal: AbortSignal): Promise<{ status: number; body: Buffer }> {
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
    const options: RequestOptions = {
      agent: this.#agent,
      method: call.method,
      path: call.path,
      host: "docker",
      signal,
      headers: {
        ...call.headers,
        ...(payload === undefined
          ? { "Content-Length": "0" }
          : { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(payload)) }),
      },
      ...(this.#socketPath === undefined ? {} : { socketPath: this.#socketPath }),
    };
    const response = await respond(httpRequest(options), payload);
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
  }
}

function respond(request: ClientRequest, payload: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.once("error", reject);
    request.end(payload);
  });
}

function messageOf(body: Buffer, status: number): string {
  const text = body.toString("utf8").trim();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed) return String(parsed.message);
  } catch {
    // Not JSON: a proxy or an old daemon; its text is the best there is.
  }
  return text === "" ? `status ${status}` : text;
}
