import { forwardOnly, versionNumbers, withinMajor } from "../engine-version.ts";

/**
 * Series → those whose data it starts on, beside its own: as RabbitMQ's upgrade guide has it. A series requires the feature flags of
 * the ones before, and refuses to start where they were never enabled; 4.3 requires `khepri_db` and all flags of 4.2.
 */
const startsOn: Readonly<Record<string, readonly string[]>> = {
  "3.9": ["3.8"],
  "3.10": ["3.9"],
  "3.11": ["3.10"],
  "3.12": ["3.11"],
  "3.13": ["3.12"],
  "4.0": ["3.13"],
  "4.1": ["3.13", "4.0"],
  "4.2": ["3.13", "4.0", "4.1"],
  "4.3": ["4.2"],
};

/**
 * Whether a RabbitMQ starts on the files of another: a newer one of the same series, or one of a series that knows the flags of the
 * other's. Null when it does, else why not.
 */
export function rabbitmqFollows(held: string, present: string): string | null {
  const backward = forwardOnly("RabbitMQ", held, present);
  if (backward !== null) return backward;
  const [from, to] = [seriesOf(held), seriesOf(present)];
  if (from === null || to === null || from.name === to.name) return null;
  const allowed = startsOn[to.name];
  if (allowed === undefined) {
    // Of series that came later than this list: one at a time.
    if (from.major === to.major && to.minor - from.minor === 1) return null;
    if (from.major !== to.major) return withinMajor("RabbitMQ", held, present);
    return oneAtATime(to.name, `${to.major}.${to.minor - 1}`);
  }
  return allowed.includes(from.name) ? null : oneAtATime(to.name, allowed.join(" or "));
}

function oneAtATime(series: string, allowed: string): string {
  return `RabbitMQ ${series} requires feature flags that only ${allowed} can have enabled, and does not start on older data`;
}

function seriesOf(
  version: string,
): { readonly name: string; readonly major: number; readonly minor: number } | null {
  const [major, minor = 0] = versionNumbers(version) ?? [];
  return major === undefined ? null : { name: `${major}.${minor}`, major, minor };
}
