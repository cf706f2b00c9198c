import { existsSync } from "node:fs";
import { hostname } from "node:os";

/** How the engine tells a lock on a stack whose state is kept in files or a bucket: a line for each, below its complaint. */
const lockLine = /: created by \S+@(\S+) \(pid (\d+)\) at /g;

/**
 * Whether the engine's words say that a stack is locked, and every lock on it is one of a process of this machine that is gone: an
 * engine that was killed leaves its lock behind, wherever the state is kept. Whether another machine's is alive cannot be known.
 * @param isAlive Whether a process of this machine lives
 */
export function areLocksDead(
  words: string,
  here: string = hostname(),
  isAlive: (pid: string) => boolean = (pid) => existsSync(`/proc/${pid}`),
): boolean {
  if (!words.includes("the stack is currently locked")) return false;
  const locks = [...words.matchAll(lockLine)];
  return locks.length > 0 && locks.every(([, host, pid = ""]) => host === here && !isAlive(pid));
}
