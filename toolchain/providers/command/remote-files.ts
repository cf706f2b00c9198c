import { posix } from "node:path";
import type { SFTPWrapper } from "ssh2";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { SshConnection } from "./ssh-connection.ts";

/** SSH_FX_NO_SUCH_FILE. */
const noSuchFile = 2;
/** What OpenSSH takes in one message. */
const chunkBytes = 32 * 1024;
const writesInFlight = 32;

/** The files of a host over SFTP, as far as copying needs them. */
export class RemoteFiles {
  readonly #connection: SshConnection;
  readonly #signal: AbortSignal;
  readonly #session: SFTPWrapper;

  private constructor(connection: SshConnection, signal: AbortSignal, session: SFTPWrapper) {
    this.#connection = connection;
    this.#signal = signal;
    this.#session = session;
  }

  static async open(connection: SshConnection, signal: AbortSignal): Promise<RemoteFiles> {
    const opened = new Promise<SFTPWrapper>((resolve, reject) => {
      connection.client.sftp((error, session) => {
        if (error === undefined) resolve(session);
        else reject(new Error(`ssh: ${error.message}`));
      });
    });
    return new RemoteFiles(connection, signal, await connection.guard(opened, signal));
  }

  /** What is at a path, links followed; `undefined` when nothing is. */
  async kindOf(path: string): Promise<"directory" | "other" | undefined> {
    try {
      const stats = await this.#call<{ isDirectory(): boolean }>((done) => {
        this.#session.stat(path, done);
      });
      return stats.isDirectory() ? "directory" : "other";
    } catch (error) {
      if (codeOf(error) === noSuchFile) return undefined;
      throw new Error(`failed to stat remote path ${path}: ${sftpText(error)}`);
    }
  }

  /** Creates a directory and its parents, as far as they are missing. */
  async makeDirectories(path: string): Promise<void> {
    const kind = await this.kindOf(path);
    if (kind === "directory") return;
    if (kind === "other") throw new Error(`remote path ${path} exists but is not a directory`);
    if (posix.dirname(path) !== path) await this.makeDirectories(posix.dirname(path));
    try {
      await this.#call<unknown>((done) => {
        this.#session.mkdir(path, (error) => {
          done(error, undefined);
        });
      });
    } catch (error) {
      throw new Error(`failed to create remote directory ${path}: ${sftpText(error)}`);
    }
  }

  /** Writes a file in place: an existing one keeps its mode, a new one gets the user's default. */
  async writeFile(path: string, content: Buffer): Promise<void> {
    const handle = await this.#open(path);
    try {
      const offsets = Array.from(
        { length: Math.ceil(content.length / chunkBytes) },
        (_, index) => index * chunkBytes,
      );
      while (offsets.length > 0) {
        const batch = offsets.splice(0, writesInFlight);
        await Promise.all(
          batch.map((offset) => this.#write(handle, content.subarray(offset, offset + chunkBytes), offset)),
        );
      }
    } catch (error) {
      throw new Error(`failed to write remote file ${path}: ${sftpText(error)}`);
    } finally {
      await this.#call<unknown>((done) => {
        this.#session.close(handle, (error) => {
          done(error, undefined);
        });
      });
    }
  }

  async #open(path: string): Promise<Buffer> {
    try {
      return await this.#call<Buffer>((done) => {
        this.#session.open(path, "w", done);
      });
    } catch (error) {
      throw new Error(`failed to create remote file ${path}: ${sftpText(error)}`);
    }
  }

  #write(handle: Buffer, chunk: Buffer, offset: number): Promise<unknown> {
    return this.#call<unknown>((done) => {
      this.#session.write(handle, chunk, 0, chunk.length, offset, (error) => {
        done(error, undefined);
      });
    });
  }

  #call<T>(start: (done: (error: Error | null | undefined, result: T) => void) => void): Promise<T> {
    const answer = new Promise<T>((resolve, reject) => {
      start((error, result) => {
        if (error === undefined || error === null) resolve(result);
        else reject(error);
      });
    });
    return this.#connection.guard(answer, this.#signal);
  }
}

const sftpTexts: Readonly<Record<number, string>> = {
  [noSuchFile]: "file does not exist",
  3: "permission denied",
};

/** Go's words for the usual reasons, the server's own for the others. */
function sftpText(error: unknown): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : sftpTexts[code];
  return known ?? sentenceOf(error);
}

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
}
