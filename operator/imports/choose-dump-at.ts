import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { DeploymentList } from "../../recovery/agent/answers/deployment-list.ts";
import type { DumpList } from "../../recovery/agent/answers/dump-record.ts";
import { ofOthers, ownDumps } from "./choose-dumps.ts";
import { deploymentForm, timeForm } from "../../recovery/restore/plan/choose-point.ts";

/** Which dump of a store is wanted. */
export interface DumpAsked {
  readonly store: string;
  /** As of a restore: `latest`, a dump's id, a time with its zone, or `before N`. */
  readonly at: string;
  readonly from: "any" | "local" | "offsite";
}

type Dump = DumpList["dumps"][number];

/**
 * The newest dump of the store at that moment or before it. Pure.
 * @param deployments what the host has seen, for `before N`
 * @throws RecoveryError `usage` for what is no moment; `noPoint` when there is no such dump, naming the nearest
 */
export function chooseDumpAt(
  list: Pick<DumpList, "dumps" | "own">,
  { store, at, from }: DumpAsked,
  deployments: DeploymentList["deployments"],
): Dump {
  const fits = ({ source, where }: Dump): boolean =>
    source === store && (from === "any" || where.includes(from));
  const named = list.dumps.find((dump) => dump.id === at && fits(dump));
  if (named !== undefined) return named;
  const there = ownDumps(list)
    .filter(fits)
    .sort((a, b) => b.instant.localeCompare(a.instant));
  const place = from === "any" ? "" : from === "local" ? " on the host" : " off-site";
  const newest = there[0];
  if (newest === undefined)
    throw new RecoveryError(
      exitCodes.noPoint,
      `restore: there is no dump of ${store}${place} yet: ./kaleem dump takes one; ./kaleem restore --service ${store} brings all of it back from a point${ofOthers(list, "--at ID")}\nNothing was changed.`,
    );
  if (at === "latest") return newest;
  const time = momentOf(at, deployments);
  const chosen = there.find(({ instant }) => Date.parse(instant) <= time);
  if (chosen !== undefined) return chosen;
  const oldest = there.at(-1) ?? newest;
  throw new RecoveryError(
    exitCodes.noPoint,
    `restore: there is no dump of ${store}${place} at ${at} or before it; the nearest is ${oldest.id}, of ${oldest.instant}: ./kaleem dumps lists them\nNothing was changed.`,
  );
}

/** In ms since 1970. */
function momentOf(at: string, deployments: DeploymentList["deployments"]): number {
  const number = deploymentForm.exec(at)?.[1];
  if (number !== undefined) {
    const deployment = deployments.find((one) => one.number === Number(number));
    if (deployment !== undefined) return Date.parse(deployment.began);
    throw new RecoveryError(
      exitCodes.noPoint,
      `--at: this host has seen no deployment ${number}: ./kaleem deployments lists them\nNothing was changed.`,
    );
  }
  const time = timeForm.test(at) ? Date.parse(at) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new RecoveryError(
    exitCodes.usage,
    `--at: expected "latest", the id of a dump of this store, a time such as 2026-11-20T03:00Z or "before N" with a deployment's number, got "${at}"\nNothing was changed.`,
  );
}
