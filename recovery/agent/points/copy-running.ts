import type { Settled } from "../../point/reflink-copy.ts";
import { copyFrozen, type FrozenCopy } from "../../point/two-pass.ts";

/** What a copy of running stores works with; the rest is for the case that it does not settle. */
export interface RunningCopy extends FrozenCopy {
  readonly settle: (passes: number, signal: AbortSignal) => Promise<Settled>;
}

/** How it went. */
export interface RunningResult {
  /** All that was acknowledged before is in the copy. */
  readonly copiedAt: Date;
  readonly passes: number;
  readonly files: number;
  /** 0 unless it did not settle. */
  readonly pauseMs: number;
}

/** Each takes a fraction of a second, and files that are written once settle in the first or second. */
const passLimit = 5;

/**
 * Copies stores whose files are written once while they run. Files that change under each of five passes are not written once, or
 * belong in the definition's `unfinished`: then the stores are paused for their copy after all, under the same limit as the others
 * were, and the log says which files they were. Either way the containers must be the same at the end as at the beginning.
 * @throws RecoveryError as `copyFrozen` does, and `storeDown` from `containers` when a store was replaced.
 */
export async function copyRunning(work: RunningCopy): Promise<RunningResult> {
  work.interrupted.throwIfAborted();
  const settled = await work.settle(passLimit, work.interrupted);
  if (settled.restless.length === 0) {
    await work.containers();
    const { pass, passes, at } = settled;
    return { copiedAt: at, passes, files: pass.files, pauseMs: 0 };
  }
  const some = settled.restless.slice(0, 3).join(", ");
  work.log(
    `paused for its copy after all: ${settled.restless.length} files changed under each of ${settled.passes} passes (${some})`,
  );
  const { pausedAt, pauseMs, pass } = await copyFrozen(work);
  return { copiedAt: pausedAt, passes: settled.passes + 1, files: pass.files, pauseMs };
}
