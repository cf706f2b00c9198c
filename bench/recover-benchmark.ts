import { readFile } from "node:fs/promises";
import { type BroughtUp, bringUp } from "../operator/deploy/bring-up.ts";
import { recoverStack } from "../operator/recover/recover-stack.ts";
import { openPlace } from "../operator/stack/open-place.ts";
import { recoveryKitSchema } from "../operator/kit/recovery-kit.ts";
import { openExpendable, type Stack } from "../operator/stack/stack.ts";
import type { Progress } from "../workstation/progress.ts";
import type { Benchmark } from "./benchmark.ts";
import { fillFolder, folderInStore } from "./fill-folder.ts";
import { recoverNotes, recoverRatio, recoverTable } from "./recover-table.ts";
import { runPoint, runShip } from "./run-job.ts";
import { timingSteps } from "./step-times.ts";
import { withTimersHeld } from "./with-timers-held.ts";

export interface RecoverBenchmarkOptions {
  /** Data in the stores beside their own, in megabytes. */
  readonly megabytes: number;
  readonly progress: Progress;
}

/** The resource that installs the machine's own packages. */
const packagesResource = "host-baseline-packages";

/**
 * A platform with data in it is brought up, shipped, lost with its machine, and recovered from the bucket on another one. Counted from a
 * machine that is there until the platform is open, packages apart, and held against `up` alone of the same run. Both stacks are removed
 * first, and at the end whatever came of it.
 * @throws Error when the recovery fails, or the point was not fetched beside the rest
 */
export async function benchmarkRecover(
  name: string,
  { megabytes, progress }: RecoverBenchmarkOptions,
): Promise<Benchmark> {
  const { lost, rebuilt } = openExpendable(name);
  const remove = async (): Promise<void> => {
    // The cloud goes with the last stack that uses it.
    for (const stack of [rebuilt, lost]) await (await openPlace(stack)).remove(progress);
  };
  await remove();
  try {
    return await measure(lost, rebuilt, megabytes, progress);
  } finally {
    await remove();
  }
}

async function measure(
  lost: Stack,
  rebuilt: Stack,
  megabytes: number,
  progress: Progress,
): Promise<Benchmark> {
  const upSteps = timingSteps(progress);
  const up = await bringUp({ stack: lost, progress: upSteps.progress });
  const bytes = await withTimersHeld(up.host, () =>
    progress.step(`${megabytes} MB of data, a point of them, off-site`, async () => {
      const files = { count: megabytes, bytes: 1_000_000, timeoutMs: 900_000 };
      await fillFolder(up.host, folderInStore("bench-data"), files);
      const point = await runPoint(up.host);
      await runShip(up.host);
      return point.bytes;
    }),
  );
  const passphrase = (await readFile(lost.passphraseFile, "utf8")).trim();
  const kit = recoveryKitSchema.parse({ ...up.offsite, ...up.offsiteKeys, passphrase });
  await (await openPlace(lost)).lose();
  const steps = timingSteps(progress);
  const recovered = await recoverStack({
    stack: rebuilt,
    progress: steps.progress,
    kit,
    at: "latest",
    fromScratch: false,
  });
  const { report, fetch } = recovered;
  if (report?.verdict !== "restored")
    throw new Error(`bench: the recovery failed: ${report?.failure?.sentence ?? recovered.serves ?? ""}`);
  const times = {
    up: upSteps.times,
    recover: steps.times,
    packages: { up: packagesOf(up), recover: packagesOf(recovered.up) },
    fetch,
    report,
  };
  return {
    name: "recover",
    table: recoverTable(times),
    notes: recoverNotes(times, bytes),
    figures: { megabytes, bytes, ...recoverRatio(times), ...times },
  };
}

/** @throws Error when none were installed: both machines are new */
function packagesOf({ pulumi }: BroughtUp): number {
  const seconds = pulumi.resourceSeconds[packagesResource];
  if (seconds !== undefined) return seconds;
  throw new Error(`bench: there was no resource ${packagesResource}`);
}
