import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../workstation/run-command.ts";
import { pulumiEnvironment, type StackContext } from "./stack-context.ts";

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

const created = /: created by \S*@(\S+) \(pid (\d+)\) at /g;

/**
 * Whether an engine's refusal names locks, and each of them belongs to a process of this machine that is gone: wherever the state is
 * kept, nobody works on the stack then.
 */
export function refusedByTheDead(
  refusal: string,
  here = hostname(),
  lives = (pid: string): boolean => existsSync(`/proc/${pid}`),
): boolean {
  if (!refusal.includes("the stack is currently locked")) return false;
  const owners = [...refusal.matchAll(created)];
  const told = Number(/currently locked by (\d+) lock/.exec(refusal)?.[1] ?? Number.NaN);
  return owners.length === told && owners.every(([, host, pid = ""]) => host === here && !lives(pid));
}

/**
 * Runs work on a stack once more without the locks that dead processes have left, when those are all that stood against it. Two runs
 * that do so at once could take each other's away; the host's operation lock keeps them apart.
 */
export async function withoutDeadLocks<T>(context: StackContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !refusedByTheDead(error.message)) throw error;
    const ended = await runCommand(
      [context.engine.pulumi, "cancel", "--yes", "--non-interactive", `--stack=${context.stack}`],
      { cwd: context.project, environment: pulumiEnvironment(context) },
    );
    if (ended.code !== 0) throw error;
    return await work();
  }
}
