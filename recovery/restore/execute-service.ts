import { undoneBy } from "./plan/restore-plan.ts";
import { RecoveryError, exitCodes } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { execute, type ExecuteOptions } from "./execute.ts";
import { fetchAhead } from "./fetch-ahead.ts";
import type { RestoreJournal } from "./journal/journal.ts";
import type { RestorePorts } from "./phases/ports.ts";
import { nextStep } from "./report/next-step.ts";
import { recordReport } from "./report/record-report.ts";
import type { RestoreReport } from "./report/report.ts";

/**
 * Carries the plan of one store out. Its part of the point is fetched and checked while the store still serves: it is away only for as
 * long as directories are exchanged and looked at. Else as `execute`, in journal, resumption and report.
 */
export async function executeService(
  journal: RestoreJournal,
  ports: RestorePorts,
  options: ExecuteOptions,
): Promise<RestoreReport> {
  if (undoneBy(journal.plan) !== null) return await execute(journal, ports, options);
  try {
    await fetchAhead(journal, ports, options.progress);
  } catch (error) {
    const phase = journal.phases.find(({ state }) => state === "failed")?.name ?? "fetch";
    const exitCode = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
    const next = nextStep(journal, phase, exitCode);
    return await recordReport(ports, journal, { phase, sentence: sentenceOf(error), next, exitCode });
  }
  return await execute(journal, ports, options);
}
