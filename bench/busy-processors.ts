import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** Of /proc/stat, whatever the kernel's own clock: USER_HZ of proc(5). */
const ticksPerSecond = 100;

/** How many of this machine's processors were busy, on average over a time: 0.3 is a third of one. All that runs on it counts. */
export async function busyProcessors(ms: number): Promise<number> {
  const begun = performance.now();
  const before = busySeconds(await readFile("/proc/stat", "utf8"));
  await wait(ms);
  const after = busySeconds(await readFile("/proc/stat", "utf8"));
  return (after - before) / ((performance.now() - begun) / 1_000);
}

/** Seconds that all processors together have worked since the machine began; waiting, for a disk too, is none. Pure. */
export function busySeconds(text: string): number {
  const fields = /^cpu +(.*)$/m.exec(text)?.[1]?.split(" ").map(Number) ?? [];
  // Time in guests is part of user and nice already; what another machine stole was not worked.
  const [user = NaN, nice = NaN, system = NaN, , , irq = NaN, softirq = NaN] = fields;
  const ticks = user + nice + system + irq + softirq;
  if (Number.isNaN(ticks)) throw new Error('/proc/stat: expected a line "cpu  <numbers>", got none');
  return ticks / ticksPerSecond;
}
