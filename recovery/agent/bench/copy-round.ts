import type { ReflinkCopy } from "../../point/reflink-copy.ts";
import { runProgram } from "../../host/run-program.ts";
import type { BenchTree } from "./bench-tree.ts";
import type { WriteLoad } from "./write-load.ts";

/** How long the parts of one copy under load took, in ms. */
export interface CopyRound {
  readonly firstMs: number;
  readonly syncMs: number;
  readonly secondMs: number;
  readonly secondScanMs: number;
}

/** Small files that change between two copies, beside the random writes. */
const changedPerCopy = 200;

/** One copy, as a point makes it: files change before each of its two passes, and the load stands still for the second. */
export async function copyOnce(
  copy: ReflinkCopy,
  load: WriteLoad,
  tree: BenchTree,
  signal: AbortSignal,
): Promise<CopyRound> {
  await tree.change(changedPerCopy);
  const first = await copy.firstPass(signal);
  const synced = performance.now();
  await runProgram(["sync", "-f", tree.folder], { signal });
  const syncMs = performance.now() - synced;
  await tree.change(changedPerCopy);
  // As the stores are paused.
  const second = await load.standingStill(() => copy.secondPass(signal));
  await copy.finish();
  return {
    firstMs: first.scanMs + first.applyMs,
    syncMs,
    secondMs: second.scanMs + second.applyMs,
    secondScanMs: second.scanMs,
  };
}
