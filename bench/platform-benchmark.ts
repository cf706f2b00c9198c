import { setTimeout as wait } from "node:timers/promises";
import { LocalPlace } from "../local/local-place.ts";
import type { Stack } from "../operator/stack/stack.ts";
import type { Progress } from "../workstation/progress.ts";
import { bringUp } from "../operator/deploy/bring-up.ts";
import { describeChanges } from "../operator/deploy/describe-changes.ts";
import type { Benchmark } from "./benchmark.ts";
import { busyProcessors } from "./busy-processors.ts";
import { lockWithVariant } from "./image-variant.ts";
import { machineMemory, serviceMemory } from "./stack-memory.ts";

/** The image that is changed: of a service with replicas, which are replaced one by one. */
const changedImage = "api";
/** A minute holds every health check, scrape and measuring several times; it begins after all has settled. */
const [settleMs, watchMs] = [30_000, 60_000];
const gib = 1024 ** 3;
const mib = 1024 ** 2;

/**
 * The whole platform: from nothing to healthy with images in the cache, again unchanged, with one image changed, and what memory and
 * processor it takes. The stack is removed first, and stays up afterwards with its own image again.
 * @throws Error when the second `up` changes something
 */
export async function benchmarkPlatform(stack: Stack, progress: Progress): Promise<Benchmark> {
  const place = new LocalPlace(stack);
  await place.remove(progress);
  const before = await machineMemory();
  const busyBefore = await busyProcessors(settleMs);
  const fresh = await timed(stack, progress);
  const used = await serviceMemory(fresh.up.host);
  const after = await machineMemory();
  const busy = await progress.step("idle", async () => {
    await wait(settleMs);
    return busyProcessors(watchMs);
  });
  const again = await timed(stack, progress);
  if (again.changes !== "unchanged") {
    throw new Error(`bench: the second up of stack ${stack.name} was not "unchanged" but: ${again.changes}.`);
  }
  const imageLock = await lockWithVariant(place.instance.cloud, changedImage, `bench-${Date.now()}`);
  const changed = await timed(stack, progress, { imageLock });
  const back = await timed(stack, progress);
  const services = [...used].sort(([, a], [, b]) => b - a);
  const inServices = services.reduce((sum, [, bytes]) => sum + bytes, 0);
  const free = after.available / after.total;
  return {
    name: "platform",
    table: [
      ["what", "figure", "which changed"],
      ["from nothing to healthy, warm (s)", fresh.seconds.toFixed(1), fresh.changes],
      ["again, unchanged (s)", again.seconds.toFixed(1), again.changes],
      [`another image of ${changedImage} (s)`, changed.seconds.toFixed(1), changed.changes],
      ["and back (s)", back.seconds.toFixed(1), back.changes],
      [
        "memory that the stack took from the machine (GiB)",
        ((before.available - after.available) / gib).toFixed(2),
        "",
      ],
      ["memory still free (share of all)", free.toFixed(2), ""],
      ["processors busy while idle", busy.toFixed(2), ""],
      ["and before the stack existed", busyBefore.toFixed(2), ""],
      ["in services (GiB)", (inServices / gib).toFixed(2), ""],
      ...services.map(([name, bytes]) => [`  ${name} (MiB)`, (bytes / mib).toFixed(0), ""]),
    ],
    notes: [
      "Warm: engine and images in the cache, everything else created from scratch. Memory of the services is without the page cache.",
      "The machine's own part is the emulated machine with its Docker, the registry and the off-site server.",
    ],
    figures: {
      seconds: {
        fresh: fresh.seconds,
        again: again.seconds,
        imageChanged: changed.seconds,
        imageBack: back.seconds,
      },
      phases: fresh.up.phases,
      processors: { before: busyBefore, idle: busy },
      memory: { before, after, services: Object.fromEntries(used) },
    },
  };
}

async function timed(stack: Stack, progress: Progress, settings: Readonly<Record<string, unknown>> = {}) {
  const started = performance.now();
  const up = await bringUp({ stack, progress, settings });
  return { seconds: (performance.now() - started) / 1000, changes: describeChanges(up.pulumi.changes), up };
}
