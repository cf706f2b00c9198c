import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import { layout } from "../../../contract/layout.ts";
import { readRecord } from "../../host/read-record.ts";
import type { AgentContext } from "../context.ts";
import { checkRecord, type CheckResult } from "../answers/run-record.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";
import { aloneInMaintenance } from "./alone.ts";
import { inTurns } from "./turns.ts";

/** In so many daily parts all of the data is read. Off-site every byte crosses the link, and some services charge for it. */
const parts = { local: 7, offsite: 28 } as const;

/**
 * Checks a repository's structure and reads the next part of its data. It changes nothing, so others may write meanwhile; what then
 * looks wrong is looked at again with the repository for itself, before it is called damaged.
 * @throws RecoveryError `repositoryDamaged`: the same part is read again the next time.
 */
export async function checkRepository(context: AgentContext, place: RepositoryPlace): Promise<CheckResult> {
  return aloneInMaintenance(context, async () => {
    const { host, log, interrupted } = context;
    const started = performance.now();
    const repository = context[place];
    const stallAfterMs = jobs[`check-${place}`].stallAfterMs;
    const of = parts[place];
    const record = await readRecord(host, `${layout.agentState}/check-${place}.json`, checkRecord);
    const part = ((record?.lastSuccess?.result.part ?? 0) % of) + 1;
    const subset = `${part}/${of}`;
    try {
      await log.phase(`check, reading part ${subset}`, () =>
        repository.check(subset, { signal: interrupted, stallAfterMs }, false),
      );
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.repositoryDamaged) throw error;
      log.line(`looking again, with nobody writing: ${error.message}`);
      await inTurns(context, place, async (signal) => {
        await log.phase(`check again, part ${subset}`, () =>
          repository.check(subset, { signal, stallAfterMs }),
        );
        return "done";
      });
    }
    return { part, of, totalMs: Math.round(performance.now() - started) };
  });
}
