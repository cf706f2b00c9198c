import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { waitUntil } from "../../contract/wait-until.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";

const startLimitMs = 60_000;

/** The off-site bucket: an S3 server of this machine alone, whose program is the object store's own, with one empty bucket. */
export class BucketServer {
  readonly location: BucketLocation;
  readonly credentials: OffsiteCredentials;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, location: BucketLocation, credentials: OffsiteCredentials) {
    this.#child = child;
    this.location = location;
    this.credentials = credentials;
  }

  /** @param program the server @param folder for its files @throws Error when it does not answer */
  static async start(
    program: string,
    folder: string,
    credentials: OffsiteCredentials,
  ): Promise<BucketServer> {
    const [user, password] = [join(folder, "user"), join(folder, "password")];
    await mkdir(join(folder, "data"), { recursive: true });
    await writeFile(user, credentials.accessKeyId, { mode: 0o600 });
    await writeFile(password, credentials.secretAccessKey, { mode: 0o600 });
    const port = await freePort();
    // The kernel ends it with us, however we end.
    const child = spawn(
      "setpriv",
      [
        ...["--pdeathsig", "KILL", "--", program],
        ...["server", "--quiet", "--address", `127.0.0.1:${port}`, join(folder, "data")],
      ],
      {
        stdio: "ignore",
        env: {
          PATH: process.env["PATH"],
          HOME: folder,
          MINIO_ROOT_USER_FILE: user,
          MINIO_ROOT_PASSWORD_FILE: password,
          MINIO_BROWSER: "off",
          MINIO_UPDATE: "off",
        },
      },
    );
    let failure: Error | null = null;
    child.on("error", (error) => (failure = error));
    const location = {
      endpoint: `http://127.0.0.1:${port}`,
      bucket: "kaleem-verify",
      prefix: "",
      region: "us-east-1",
    };
    const server = new BucketServer(child, location, credentials);
    const made = async (): Promise<boolean> => {
      if (failure !== null) throw failure;
      if (child.exitCode !== null)
        throw new Error(`the S3 server of the bench ended with exit code ${child.exitCode}`);
      try {
        return (await server.bucket().ask("PUT", "")).status === 200;
      } catch {
        return false;
      }
    };
    await waitUntil(made, {
      limitMs: startLimitMs,
      everyMs: 200,
      late: () => new Error(`the S3 server of the bench does not answer after ${startLimitMs / 1000} s`),
    });
    return server;
  }

  bucket(): Bucket {
    return new Bucket(this.location, this.credentials);
  }

  /** Returns once it has ended. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
