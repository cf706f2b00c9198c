import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Runs `work` while no other process holds the lock `file`; waits for it without limit, calling `onWait`
 * once if it is taken. The kernel holds the lock (`flock`, of util-linux) through a child that ends when
 * its stdin does, so a killed owner never leaves a stale lock behind.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const release = await acquire(file, onWait);
  try {
    return await work();
  } finally {
    await release();
  }
}

async function acquire(file: string, onWait?: () => void): Promise<() => Promise<void>> {
  // Detached: ^C in a terminal goes to the whole process group, and the lock must outlast our own tidying up.
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const ended = new Promise<string>((resolve) => {
    holder.once("error", (error) => {
      resolve(`${file}: cannot be locked: ${error.message}; install util-linux, which has the command flock`);
    });
    holder.once("exit", (code, signal) => {
      resolve(`${file}: cannot be locked: flock ended with ${String(code ?? signal)}`);
    });
  });
  const waiting = setTimeout(() => onWait?.(), 300);
  const failure = await Promise.race([once(holder.stdout, "data").then(() => undefined), ended]);
  clearTimeout(waiting);
  if (failure !== undefined) throw new Error(failure);
  return async () => {
    holder.stdin.end();
    await ended;
  };
}
