import { openPlace } from "../operator/stack/open-place.ts";
import type { Stack } from "../operator/stack/stack.ts";
import type { Progress } from "../workstation/progress.ts";
import { bringUp } from "../operator/deploy/bring-up.ts";
import { describeChanges } from "../operator/deploy/describe-changes.ts";
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
  stack: Stack,
  { cold, progress }: { readonly cold: boolean; readonly progress: Progress },
): Promise<Benchmark> {
  const place = await openPlace(stack);
  await place.remove(progress);
  const first = cold ? await withEmptyCache(() => timedUp(stack, progress)) : await timedUp(stack, progress);
  const again = await timedUp(stack, progress);
  if (again.changes !== "unchanged") {
    throw new Error(`bench: the second up of stack ${stack.name} was not "unchanged" but: ${again.changes}.`);
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
        : "Warm: engine and images from the cache, everything else created from scratch.",
      "Without the start of npm and Node.js, about a second.",
    ],
    figures: { [kind]: first, again },
  };
}

async function timedUp(stack: Stack, progress: Progress): Promise<UpFigures> {
  const started = performance.now();
  const { phases, pulumi } = await bringUp({ stack, progress });
  return { seconds: (performance.now() - started) / 1000, changes: describeChanges(pulumi.changes), phases };
}
