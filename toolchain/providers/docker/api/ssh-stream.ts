import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { Duplex } from "node:stream";
import type { Readable, Writable } from "node:stream";
import { hostName } from "./docker-host.ts";
import type { DockerHost } from "./docker-host.ts";

type SshHost = Extract<DockerHost, { kind: "ssh" }>;

/** What ssh said is kept up to here; a banner must not fill the memory. */
const maxStderrCharacters = 8_192;

/**
 * One connection to Docker on another machine: an `ssh … docker system dial-stdio` child, seen as a socket. It honours the
 * user's ssh configuration and agent, and when it breaks the error is what ssh said.
 */
export class SshStream extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #stderr = "";

  constructor(host: SshHost) {
    super({ allowHalfOpen: false });
    this.#child = spawn("ssh", sshArguments(host), { stdio: ["pipe", "pipe", "pipe"] });
    // Neither an idle connection nor its process may keep the provider alive.
    this.#child.unref();
    this.#child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) this.#child.stdout.pause();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-maxStderrCharacters);
    });
    this.#child.stdin.on("error", () => {
      // The reason follows with the child's end; a broken pipe alone says nothing.
    });
    this.#child.on("error", (error) => this.destroy(new Error(`cannot run ssh: ${error.message}`)));
    // Only "close" comes after all of stderr: ending earlier would hide ssh's own words behind "socket hang up".
    this.#child.on("close", (code, signal) => {
      this.#ended(host, code === null ? `signal ${signal ?? "unknown"}` : `exit status ${code}`, code === 0);
    });
  }

  #ended(host: SshHost, how: string, isClean: boolean): void {
    if (this.destroyed) return;
    if (isClean) {
      this.push(null);
      return;
    }
    const words = this.#stderr.trim();
    this.destroy(
      new Error(
        `cannot reach Docker at ${hostName(host)}: ssh ended with ${how}${words === "" ? "" : `: ${words}`}`,
      ),
    );
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A dead child's pipe fails here first; the child's end reports why.
    if (this.#child.stdin.destroyed) done();
    else if (this.#child.stdin.write(chunk, encoding)) done();
    else this.#child.stdin.once("drain", () => { done(); }); // prettier-ignore
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  // What node:http asks of a socket; a pipe has none of it.
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** The command line of the official plugin, with a remote command that only speaks Docker's API. */
export function sshArguments(host: SshHost): string[] {
  return [
    ...(host.user === undefined ? [] : ["-l", host.user]),
    ...(host.port === undefined ? [] : ["-p", host.port]),
    ...host.sshOptions,
    ...["-o", "ConnectTimeout=30", "-T", "--", host.address, "docker", "system", "dial-stdio"],
  ];
}
