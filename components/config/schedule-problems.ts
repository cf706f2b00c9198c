import { enabledServices, type Switch } from "../../catalog/switches.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { type Duration, goDuration, milliseconds } from "../../catalog/quantities.ts";

/** The part of `backups` that says how much a total loss may cost. */
interface Schedule {
  readonly pointEvery: Duration;
  readonly shipTimeout: Duration;
}

/**
 * What is wrong with a schedule that cannot keep the objectives of the stores that run, a sentence with its path; none when it can.
 * The worst moment to lose everything is just before the shipping ends that follows a point.
 */
export function scheduleProblems(
  { pointEvery, shipTimeout }: Schedule,
  catalog: readonly ServiceDefinition[],
  services: Readonly<Record<string, Switch>>,
): string[] {
  const stores = enabledServices(catalog, services).filter((each) => each.kind !== "stateless");
  const [strictest] = [...stores].sort((a, b) => rpoMs(a) - rpoMs(b));
  if (strictest === undefined) return [];
  const worst = milliseconds(pointEvery) + milliseconds(shipTimeout);
  if (worst <= rpoMs(strictest)) return [];
  const { rpo } = strictest.recovery.objectives;
  return [
    `backups: expected pointEvery + shipTimeout of ${rpo} or less, since ${strictest.name} promises to lose no more, ` +
      `got ${goDuration(worst)} (${pointEvery} + ${shipTimeout}); shorten the interval`,
  ];
}

function rpoMs(store: Exclude<ServiceDefinition, { kind: "stateless" }>): number {
  return milliseconds(store.recovery.objectives.rpo);
}
