import { createWriteStream } from "node:fs";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { failureKind, resticFailure } from "../../recovery/restic/failure.ts";
import type { ListedFile } from "./find-files.ts";

/** A restic repository that the former scripts filled, as this machine's restic reaches it: a folder, or `rclone:r2:BUCKET/PATH`. */
export interface ResticSource {
  readonly repository: string;
  /** Holds its password; left out, restic's own variables say it. */
  readonly passwordFile?: string;
}

/** Every file of the newest snapshot. @throws RecoveryError in a sentence, for a wrong password with its own code */
export async function listSnapshot(source: ResticSource): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  const child = start(source, ["ls", "--json", "latest"]);
  for await (const line of createInterface({ input: child.stdout })) {
    const node = JSON.parse(line) as {
      readonly type?: string;
      readonly path?: string;
      readonly size?: number;
      readonly mtime?: string;
    };
    if (node.type === "file" && node.path !== undefined)
      files.push({ path: node.path, bytes: node.size ?? 0, changedMs: Date.parse(node.mtime ?? "") || 0 });
  }
  await child.done("ls");
  return files;
}

/** Writes one file of the newest snapshot to `to`. */
export async function dumpFile(source: ResticSource, path: string, to: string): Promise<void> {
  const child = start(source, ["dump", "latest", path]);
  await pipeline(child.stdout, createWriteStream(to, { mode: 0o600 }));
  await child.done("dump");
}

function start({ repository, passwordFile }: ResticSource, argv: readonly string[]) {
  const password = passwordFile === undefined ? [] : ["--password-file", passwordFile];
  // Of a repository that somebody else may be writing to: nothing is written there, not even a lock.
  const args = ["--repo", repository, ...password, "--no-lock", "--quiet", ...argv];
  const child = spawn("restic", args, { stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-8_000)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", (error) => {
      reject(missing(error));
    });
    child.once("close", resolve);
  });
  // Whoever reads stdout is told by `done`.
  ended.catch(() => undefined);
  const done = async (action: string): Promise<void> => {
    const exitCode = await ended;
    if (exitCode !== 0) throw failure(action, repository, exitCode, stderr);
  };
  return { stdout: child.stdout, done };
}

function missing(error: Error): Error {
  if (!("code" in error) || error.code !== "ENOENT") return error;
  return new RecoveryError(
    exitCodes.failed,
    "import: there is no restic on this machine: install it, and import again",
  );
}

function failure(action: string, where: string, exitCode: number | null, stderr: string): RecoveryError {
  const kind = failureKind(exitCode, stderr);
  if (kind === "wrong-password")
    return new RecoveryError(
      exitCodes.wrongPassword,
      `import: ${where} refuses the password: give the one that the former scripts used, in a file, by --password-file`,
    );
  if (kind === "no-repository")
    return new RecoveryError(
      exitCodes.noRepository,
      `import: ${where} is no restic repository: give the folder, or the path of rclone, that the former scripts wrote to`,
    );
  return resticFailure({ action, where, exitCode, stderr });
}
