import { join } from "node:path";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { CommandError } from "../../host/host-port.ts";
import type { ReplacedData } from "../../restore/replaced-data.ts";
import type { AgentContext } from "../context.ts";
import { LocalFiles } from "./restore-files.ts";
import { restoreState } from "./restore-state.ts";

/** A tree of millions of files takes minutes to measure; nobody who asks for status, or for a plan, waits for that. */
const measureLimitMs = 10_000;

/** What restores have moved aside on this host, oldest first, each with the space that it takes. */
export async function listReplaced(folder: string = layout.replaced): Promise<readonly ReplacedData[]> {
  const files = new LocalFiles();
  const deadline = Date.now() + measureLimitMs;
  const replaced: ReplacedData[] = [];
  for (const id of await files.list(folder)) {
    const leftMs = deadline - Date.now();
    replaced.push({ id, bytes: leftMs <= 0 ? null : await measure(files, join(folder, id), leftMs) });
  }
  return replaced;
}

/** Null when it takes too long, or changes while it is measured. */
async function measure(files: LocalFiles, path: string, limitMs: number): Promise<number | null> {
  try {
    return await files.usedBytes(path, limitMs);
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

/**
 * Removes for good what one restore moved aside. Killed in its middle, the same call removes the rest.
 * @throws RecoveryError `usage` when there is nothing of that name; `restoreUnfinished` for what an unfinished restore still needs; `busy`
 * while a restore runs.
 */
export async function removeReplaced(
  context: AgentContext,
  id: string,
  folder: string = layout.replaced,
): Promise<void> {
  const lock = await context.locks.acquire("restore");
  try {
    const { unfinished } = await restoreState(context);
    if (unfinished?.id === id) {
      throw new RecoveryError(
        exitCodes.restoreUnfinished,
        `Restore ${id} is unfinished, and what it moved aside tells it how far it is: nothing was removed. End it first: repeat \`./kaleem restore\`, or choose another point with --at … --from-scratch.`,
      );
    }
    const files = new LocalFiles();
    const names = await files.list(folder);
    if (!names.includes(id)) {
      const there = names.length === 0 ? "Nothing is kept there." : `There are: ${names.join(", ")}.`;
      throw new RecoveryError(
        exitCodes.usage,
        `${folder} holds nothing of restore ${JSON.stringify(id)}: nothing was removed. ${there}`,
      );
    }
    await files.remove(join(folder, id));
  } finally {
    await lock.release();
  }
}
