import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What the file backend writes into a lock. */
interface StateLock {
  readonly pid: number;
  readonly hostname: string;
}

/**
 * Removes locks of the file backend whose owner, a process of this machine, is gone: an engine that was killed
 * leaves one behind, and every later command would refuse to work. Locks of living owners stay.
 * @returns Whether any stays: somebody else works on the stack.
 */
export function clearDeadLocks(stateDirectory: string): boolean {
  const folder = join(stateDirectory, ".pulumi", "locks");
  if (!existsSync(folder)) return false;
  let held = false;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !entry.name.endsWith(".json")) continue;
    const lock = JSON.parse(readFileSync(file, "utf8")) as StateLock;
    if (lock.hostname === hostname() && !existsSync(`/proc/${String(lock.pid)}`)) {
      rmSync(file);
      rmSync(`${file}.attrs`, { force: true });
    } else held = true;
  }
  return held;
}
