import { request } from "node:http";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { DockerError } from "./docker-error.ts";

/** Calls to the Docker Engine API over its socket, each on a connection of its own. */
export class DockerSocket {
  readonly #socket: string;
  readonly #timeoutMs: number;
  /** @param timeoutMs Limit for one call. */
  constructor(socket: string, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * The JSON that the daemon answers; null when it answers nothing.
   * @param what What the call does, for the sentence of a failure.
   * @throws RecoveryError when the daemon does not run or refuses us; DockerError for its other refusals and when it is late.
   */
  async call(method: string, path: string, what: string, body?: unknown): Promise<unknown> {
    const answer = (await this.#answer(method, path, what, body)).toString("utf8");
    return answer === "" ? null : JSON.parse(answer);
  }

  /** What the daemon answers to a GET, as bytes. @throws as `call` does */
  read(path: string, what: string): Promise<Buffer> {
    return this.#answer("GET", path, what);
  }

  #answer(method: string, path: string, what: string, body?: unknown): Promise<Buffer> {
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
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            const answer = Buffer.concat(chunks);
            if (status >= 400)
              return reject(new DockerError(status, what, messageOf(answer.toString("utf8"))));
            resolve(answer);
          });
        },
      );
      call.on("timeout", () => call.destroy(new Error(`no answer within ${this.#timeoutMs / 1000} s`)));
      call.on("error", (error: NodeJS.ErrnoException) => reject(unreachable(this.#socket, what, error)));
      call.end(payload);
    });
  }
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
    return new RecoveryError(exitCodes.failed, `Docker refuses access on ${socket} (${what}): run as root.`);
  return new DockerError(0, what, error.message);
}
