import { layout } from "../../../contract/layout.ts";
import { checkHead } from "../../lineage/check-head.ts";
import type { Lineage } from "../../lineage/head.ts";
import { readIdentity } from "../../lineage/identity.ts";
import type { AgentContext } from "../context.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";

/** One maintenance at a time on a host: a check beside a prune would take its half-way for damage, and both want the processor. */
export async function aloneInMaintenance<T>(
  { locks }: Pick<AgentContext, "locks">,
  work: () => Promise<T>,
): Promise<T> {
  // The other one may take as long as a day's check does: the unit's next run is then soon enough.
  const lock = await locks.acquire("maintenance");
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * Under which lineage this host may change a repository; null where it may not yet, since the data root has no lineage.
 * @throws RecoveryError `superseded` when off-site belongs to another host by now.
 */
export async function mayChange(
  { host, machineId, head }: Pick<AgentContext, "host" | "machineId" | "head">,
  place: RepositoryPlace,
): Promise<Pick<Lineage, "lineage"> | null> {
  const { lineage, founded } = await readIdentity(host, layout.lineage, machineId);
  if (place === "local") return { lineage };
  if (founded === null) return null;
  checkHead((await (await head()).read())?.head ?? null, founded);
  return { lineage };
}
