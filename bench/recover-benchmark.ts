import { readFile } from "node:fs/promises";
import { bringUp } from "../operator/deploy/bring-up.ts";
import { recoverStack } from "../operator/recover/recover-stack.ts";
import { openPlace } from "../operator/stack/open-place.ts";
import { recoveryKitSchema } from "../operator/kit/recovery-kit.ts";
import { openStack } from "../operator/stack/stack.ts";
import type { Progress } from "../workstation/progress.ts";
import type { Benchmark } from "./benchmark.ts";
import { runPoint, runShip } from "./run-job.ts";
import { type StepTimes, timesOf, timingSteps } from "./step-times.ts";
import { fillFolder, folderInStore } from "./fill-folder.ts";
import { withTimersHeld } from "./with-timers-held.ts";

export interface RecoverBenchmarkOptions {
  readonly megabytes: number;
  readonly progress: Progress;
}

/** A machine, as a provider hands it over, is there before these; engine, images and machine are made by others. */
const firstStep = "data";
/** The machine's own packages: what they take is the distribution's mirror, not ours. */
const packages = "host-baseline-packages";

/**
 * A platform with data in it is brought up, shipped, lost with its machine, and recovered from the bucket on another one. Counted from a
 * machine that is there until the platform is open, packages apart, and held against `up` alone of the same run.
 * @throws Error when the recovery fails
 */
export async function benchmarkRecover(
  name: string,
  { megabytes, progress }: RecoverBenchmarkOptions,
): Promise<Benchmark> {
  const lost = openStack(name);
  const rebuilt = openStack(`${name}-rebuilt`, { offsiteOf: name });
  await (await openPlace(rebuilt)).remove(progress);
  await (await openPlace(lost)).remove(progress);
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
  try {
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
    const [upPackages, recoverPackages] = [up, recovered.up].map(
      ({ pulumi }) => pulumi.resourceSeconds[packages] ?? 0,
    ) as [number, number];
    const alone = between(upSteps.times, firstStep, "health through the edge") - upPackages;
    const open = between(steps.times, firstStep, "open") - recoverPackages;
    const fetched = fetch.state === "fetched" ? fetch.seconds : 0;
    const phases = report.phases.filter(({ name: phase, state }) => phase !== "fetch" && state === "done");
    const row = (what: string, ...seconds: (number | null)[]): string[] => [
      what,
      ...seconds.map((each) => (each === null ? "" : each.toFixed(1))),
    ];
    const declared = ["data", "stack file and secrets", "pulumi up", "health through the edge"];
    return {
      name: "recover",
      table: [
        ["phase", "up (s)", "recover (s)"],
        row("the machine's packages, not counted below", upPackages, recoverPackages),
        ...declared.map((step) => row(step, firstOf(upSteps.times, step), firstOf(steps.times, step))),
        row("fetch, beside these and after them", null, fetched),
        row("of which after them", null, firstOf(steps.times, "fetch")),
        ...phases.map(({ name: phase, seconds }) => row(phase, null, seconds)),
        row("until open, packages apart", alone, open),
        ["against up", "1", (open / alone).toFixed(2)],
        row("and until the state is told", null, steps.sinceFirst(firstStep) - recoverPackages),
      ],
      notes: [
        `${(bytes / 1e6).toFixed(0)} MB in the point; engine and images from the cache, and the machine, were there.`,
        "pulumi up is told with the packages in it.",
      ],
      figures: {
        megabytes,
        bytes,
        alone,
        open,
        ratio: open / alone,
        up: upSteps.times,
        recover: steps.times,
        report,
      },
    };
  } finally {
    await (await openPlace(rebuilt)).remove(progress);
  }
}

/** From the first beginning of one step to the first end of another, in seconds. */
function between(times: readonly StepTimes[], from: string, to: string): number {
  return timesOf(times, to).endedAt - timesOf(times, from).startedAt;
}

function firstOf(times: readonly StepTimes[], name: string): number {
  const { startedAt, endedAt } = timesOf(times, name);
  return endedAt - startedAt;
}
