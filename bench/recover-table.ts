import type { FetchEnd } from "../operator/recover/fetch-beside.ts";
import type { RestoreReport } from "../recovery/restore/report/report.ts";
import { type StepTimes, timesOf } from "./step-times.ts";

/** What `up` and the recovery of the same platform were seen to take. Seconds. */
export interface RecoverTimes {
  readonly up: readonly StepTimes[];
  readonly recover: readonly StepTimes[];
  /** What the distribution's packages took on each of the two machines: its mirror's doing, not ours. */
  readonly packages: { readonly up: number; readonly recover: number };
  readonly fetch: FetchEnd;
  readonly report: Pick<RestoreReport, "phases">;
}

/** Both from a machine that is there until it serves, packages apart, and one against the other. Seconds. */
export interface RecoverRatio {
  readonly alone: number;
  readonly open: number;
  readonly ratio: number;
}

/** The most that a recovery may take of what `up` alone takes, until the platform is open. */
export const ratioLimit = 1.25;

/** Engine, images and the machine, as a provider hands it over, are there before this one; others make those. */
const firstStep = "data";
const declared = ["data", "stack file and secrets", "pulumi up", "health through the edge"] as const;

/** @throws Error when one of the two did not come to its end: a figure must not be made up */
export function recoverRatio({ up, recover, packages }: RecoverTimes): RecoverRatio {
  const alone = between(up, firstStep, "health through the edge") - packages.up;
  const open = between(recover, firstStep, "open") - packages.recover;
  return { alone, open, ratio: open / alone };
}

/**
 * What was found, as rows; the first is the headings. Pure.
 * @throws Error when the fetch did not go beside the rest: it is that which is measured
 */
export function recoverTable(times: RecoverTimes): string[][] {
  const { up, recover, packages, fetch, report } = times;
  if (fetch.state !== "fetched")
    throw new Error(
      `bench: the point was not fetched beside the rest (${fetch.state === "failed" ? fetch.sentence : "nothing began it"}), so there is nothing to compare`,
    );
  const { alone, open, ratio } = recoverRatio(times);
  const phases = report.phases.filter(({ name, state }) => name !== "fetch" && state === "done");
  return [
    ["phase", "up (s)", "recover (s)"],
    row("the machine's packages, counted apart", packages.up, packages.recover),
    ...declared.map((step) => row(step, lengthOf(up, step), lengthOf(recover, step))),
    row("fetch, beside these and after them", null, fetch.seconds),
    row("of which after them", null, lengthOf(recover, "fetch")),
    ...phases.map(({ name, seconds }) => row(name, null, seconds)),
    row("until it serves, with packages", alone + packages.up, open + packages.recover),
    row("until it serves, packages apart", alone, open),
    ["against up alone", "1", ratio.toFixed(2)],
    row("and until the state is told", null, between(recover, firstStep, null) - packages.recover),
  ];
}

/** What a reader must know, and whether the recovery keeps to its limit. Pure. */
export function recoverNotes(times: RecoverTimes, bytes: number): string[] {
  const { ratio } = recoverRatio(times);
  return [
    `${(bytes / 1e6).toFixed(0)} MB in the point; engine and images from the cache, and the machine, were there.`,
    "pulumi up is told with the packages in it.",
    `A recovery takes ${ratio.toFixed(2)} × what up alone takes; ${ratio <= ratioLimit ? "within" : "NOT within"} the limit of ${ratioLimit} ×.`,
  ];
}

/** From the first beginning of one step to the first end of another, or of whatever ended last; in seconds. */
function between(times: readonly StepTimes[], from: string, to: string | null): number {
  const end = to === null ? Math.max(...times.map(({ endedAt }) => endedAt)) : timesOf(times, to).endedAt;
  return end - timesOf(times, from).startedAt;
}

function lengthOf(times: readonly StepTimes[], name: string): number {
  const { startedAt, endedAt } = timesOf(times, name);
  return endedAt - startedAt;
}

function row(what: string, ...seconds: (number | null)[]): string[] {
  return [what, ...seconds.map((each) => (each === null ? "" : each.toFixed(1)))];
}
