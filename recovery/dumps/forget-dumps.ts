import type { AgentConfig } from "../../contract/agent-config.ts";
import { keepArguments } from "../restic/retention.ts";
import type { Snapshot } from "../restic/snapshot.ts";
import { dumpsHost, partTag } from "./dump-tags.ts";
import { brokenOff, dumpsOf } from "./dumps.ts";

/** restic's arguments for the retention of a lineage's dumps: for each file by itself, so that one store's are counted with none of another's. */
export function dumpForgetArguments(lineage: string, keep: AgentConfig["retention"]): readonly string[] {
  return [
    ...["--host", dumpsHost(lineage), "--tag", partTag("data"), "--group-by", "host,paths"],
    ...keepArguments(keep),
  ];
}

/**
 * Every snapshot that goes with the data that retention lets go: its manifest too, and what was broken off. Pure.
 * @param due data that retention lets go @returns restic's ids
 */
export function dumpSnapshotsToForget(
  snapshots: readonly Snapshot[],
  due: readonly string[],
  lineage: string,
  now: Date,
): readonly string[] {
  const going = dumpsOf(snapshots).filter((dump) => dump.lineage === lineage && due.includes(dump.data));
  return [...going.flatMap(({ data, manifest }) => [data, manifest]), ...brokenOff(snapshots, lineage, now)];
}
