import { z } from "zod";
import { intervalMs, jobNames, jobs, type JobName } from "../../contract/jobs.ts";
import { layout } from "../../contract/layout.ts";
import { readRecord } from "../host/read-record.ts";
import { runRecord } from "./answers/run-record.ts";
import type { JobStatus } from "./answers/agent-status.ts";
import type { AgentContext } from "./context.ts";

/** What a good run brought is each job's own matter. */
const anyRecord = runRecord(z.unknown());

/** How every job of the list ended last, in the list's order. @param now The host's clock. */
export async function jobStatuses(
  { config, host }: Pick<AgentContext, "config" | "host">,
  now: Date,
): Promise<readonly JobStatus[]> {
  return Promise.all(
    jobNames.map(async (job) => {
      const record = await readRecord(host, `${layout.agentState}/${job}.json`, anyRecord);
      const lastSuccessAt = record?.lastSuccess?.finishedAt ?? null;
      const seconds = lastSuccessAt === null ? null : (now.getTime() - Date.parse(lastSuccessAt)) / 1000;
      const most = mostSilentSeconds(job, config.everyMs);
      const silent = seconds !== null && most !== null && seconds > most;
      return {
        job,
        lastRun: record?.lastRun ?? null,
        lastSuccessAt,
        silentSeconds: silent ? Math.round(seconds) : null,
      };
    }),
  );
}

/** Null where a configuration of before does not say how often the job runs. */
function mostSilentSeconds(job: JobName, paces: AgentContext["config"]["everyMs"]): number | null {
  if (paces === undefined && !("ms" in jobs[job].every)) return null;
  const every = intervalMs(job, paces ?? { pointEvery: 0, shipEvery: 0 });
  return (jobs[job].silentAfterRuns * every) / 1000;
}
