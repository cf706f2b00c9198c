import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { dumpsOf, type Dump } from "../../dumps/dumps.ts";
import type { DumpList } from "../answers/dump-record.ts";
import type { AgentContext } from "../context.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";
import { readDumpStates } from "./take-dumps.ts";

/** `kaleem-agent dumps [--offsite]`: what dumps there are, newest first. Off-site is asked only with `--offsite`: it costs seconds. */
export async function dumpsCommand(context: AgentContext, withOffsite: boolean): Promise<DumpList> {
  const notes: string[] = [];
  const local = await list(context, "local", notes);
  const offsite = withOffsite ? await list(context, "offsite", notes) : [];
  const here = new Set(local.map(({ id }) => id));
  const there = new Set(offsite.map(({ id }) => id));
  const all = [...new Map([...offsite, ...local].map((dump) => [dump.id, dump])).values()];
  const dumps = all
    .sort((a, b) => Date.parse(b.instant) - Date.parse(a.instant) || (a.id < b.id ? -1 : 1))
    .map(({ id, source, instant, lineage, file, bytes }) => ({
      ...{ id, source, instant, lineage, file, bytes },
      where: [
        ...(here.has(id) ? (["local"] as const) : []),
        ...(there.has(id) ? (["offsite"] as const) : []),
      ],
    }));
  const failed = Object.entries(await readDumpStates(context)).flatMap(([source, state]) =>
    state.failed === null ? [] : [{ source, at: state.failed.at, message: state.failed.message }],
  );
  const { lineage } = await readIdentity(context.host, layout.lineage, context.machineId);
  return { dumps, failed, notes, own: lineage };
}

async function list(
  context: AgentContext,
  place: RepositoryPlace,
  notes: string[],
): Promise<readonly Dump[]> {
  try {
    return dumpsOf(await context[place].snapshots());
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error;
    const where = place === "local" ? "on this host" : "off-site";
    if (error.exitCode === exitCodes.noRepository) notes.push(`there is no repository ${where} yet`);
    // The other place's dumps are still worth showing.
    else notes.push(`dumps ${where} cannot be listed: ${error.message}`);
    return [];
  }
}
