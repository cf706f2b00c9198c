import { layout } from "../../../contract/layout.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { duration } from "../../host/log.ts";
import { readRecord } from "../../host/read-record.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { pointRecord, type PointResult } from "../answers/run-record.ts";
import type { AgentContext } from "../context.ts";
import { pointCommand } from "./point.ts";

/** So old may the newest point be, at most, for an update to go on without one of its own: three of the default intervals. */
const recentMs = 15 * 60_000;

/** What came of it: a point, or why the update goes on without one. */
export type PointBeforeUpdate = PointResult | { readonly point: null; readonly why: string };

/**
 * `kaleem-agent point --before-update`: what images change is preceded by a point. A platform that does not serve has nothing to keep.
 * @param take Takes the point; another in tests
 * @throws what the point failed with, when there is no recent one either: an update must not be the end of what nobody kept
 */
export async function pointBeforeUpdate(
  context: AgentContext,
  take: (context: AgentContext) => Promise<PointResult> = pointCommand,
): Promise<PointBeforeUpdate> {
  const { host, log, machineId } = context;
  const { founded } = await readIdentity(host, layout.lineage, machineId);
  if (founded === null) return { point: null, why: "this host has no lineage yet: there is nothing to keep" };
  if ((await host.readFile(layout.closed)) !== null)
    return { point: null, why: "the platform is closed: nobody has written since its newest point" };
  try {
    return await take(context);
  } catch (error) {
    const record = await readRecord(host, `${layout.agentState}/point.json`, pointRecord);
    const newest = record?.lastSuccess?.result;
    const ageMs = newest === undefined ? Infinity : host.now().getTime() - Date.parse(newest.instant);
    if (newest === undefined || ageMs < 0 || ageMs > recentMs) throw error;
    const why = `no point could be taken (${sentenceOf(error)}); the newest, ${newest.point}, is ${duration(ageMs)} old`;
    log.line(`the update goes on: ${why}`);
    return { point: null, why };
  }
}
