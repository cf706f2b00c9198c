import type { StackInstance } from "../local/instance.ts";
import type { Progress } from "../workstation/progress.ts";
import { bringUp } from "../operator/deploy/bring-up.ts";
import { describeChanges } from "../operator/deploy/describe-changes.ts";
import { tearDown } from "../local/tear-down.ts";
import type { PhaseSeconds } from "../workstation/timed-progress.ts";
import type { Benchmark } from "./benchmark.ts";
import { withEmptyCache } from "./empty-cache.ts";

/** One `up`: how long in all, what it did, where the time went. */
interface UpFigures {
  readonly seconds: number;
  readonly changes: string;
  readonly phases: readonly PhaseSeconds[];
}

/**
 * A stack brought up anew, and again when nothing has changed. The stack is removed first, and stays up afterwards.
 * Cold: engine and images are made from nothing, in a cache of their own that is removed.
 * @throws Error when the second `up` changes something: it must be "unchanged"
 */
export async function benchmarkUp(
  instance: StackInstance,
  { cold, progress }: { readonly cold: boolean; readonly progress: Progress },
): Promise<Benchmark> {
  await tearDown(instance, progress);
  const first = cold
    ? await withEmptyCache(() => timedUp(instance, progress))
    : await timedUp(instance, progress);
  const again = await timedUp(instance, progress);
  if (again.changes !== "unchanged") {
    throw new Error(
      `bench: the second up of stack ${instance.stack} was not "unchanged" but: ${again.changes}.`,
    );
  }
  const kind = cold ? "cold" : "warm";
  const names = [...new Set([...first.phases, ...again.phases].map(({ name }) => name))];
  const seconds = (up: UpFigures, name: string): string => {
    const took = up.phases.filter((phase) => phase.name === name);
    return took.length === 0 ? "–" : took.reduce((sum, phase) => sum + phase.seconds, 0).toFixed(1);
  };
  return {
    name: "up",
    table: [
      ["phase", `${kind} (s)`, "again (s)"],
      ...names.map((name) => [name, seconds(first, name), seconds(again, name)]),
      ["in all", first.seconds.toFixed(1), again.seconds.toFixed(1)],
      ["resources", first.changes, again.changes],
    ],
    notes: [
      cold
        ? "Cold: empty caches for engine, images and Go; npm packages, and Debian packages of the machine itself, were there."
        : "Warm: engine and images from the cache, everything else made anew.",
      "Without the start of npm and Node.js, about a second.",
    ],
    figures: { [kind]: first, again },
  };
}

async function timedUp(instance: StackInstance, progress: Progress): Promise<UpFigures> {
  const started = performance.now();
  const { phases, pulumi } = await bringUp({ instance, progress });
  return { seconds: (performance.now() - started) / 1000, changes: describeChanges(pulumi.changes), phases };
}
