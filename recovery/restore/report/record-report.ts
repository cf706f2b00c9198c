import { join } from "node:path";
import { writeMetrics } from "../../metrics/metrics.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import type { Failure } from "./failure.ts";
import { wasCompared, type RestoreReport } from "./report.ts";
import type { RestoreJournal, RestoreMemory } from "../journal/journal.ts";
import { saveJournal } from "../journal/journal-file.ts";
import type { RestorePorts } from "../phases/ports.ts";
import type { ProvenRecovery } from "./proven-recovery.ts";
import { restoreSamples } from "./restore-metrics.ts";
import { spreadOf } from "../verify/spread.ts";

/** Ends a run: report and metrics in any case, the journal's end and "last proven" after a success only. */
export async function recordReport(
  ports: RestorePorts,
  journal: RestoreJournal,
  failure: Failure | null,
): Promise<RestoreReport> {
  const { host, paths } = ports;
  const finishedAt = host.now().toISOString();
  const report = composeReport(journal, failure, finishedAt);
  await host.writeFile(join(paths.agentState, "reports", `${report.id}.json`), pretty(report));
  await writeMetrics(host, paths.metrics, "restore", restoreSamples(report));
  if (failure !== null) return report;
  const proven: ProvenRecovery = {
    at: finishedAt,
    point: report.point.id,
    rtoSeconds: report.openedAfterSeconds,
    report: report.id,
  };
  // Data that was held against nothing proves no recovery, and one store is not the platform.
  if (wasCompared(report.checks) && report.service === null)
    await host.writeFile(join(paths.agentState, "last-proven.json"), pretty(proven));
  // Last: a restore counts as finished only once everything about it is written.
  journal.finishedAt = finishedAt;
  await saveJournal(ports, journal);
  return report;
}

/** What a journal amounts to. Pure. */
export function composeReport(
  journal: RestoreJournal,
  failure: Failure | null,
  finishedAt: string,
): RestoreReport {
  const { plan, memory } = journal;
  const opened = journal.phases.find((phase) => phase.name === "open" && phase.state === "done");
  const ageSeconds = (Date.parse(journal.startedAt) - Date.parse(plan.point.instant)) / 1000;
  const openedAt = opened === undefined ? null : Date.parse(opened.startedAt) + (opened.seconds ?? 0) * 1000;
  return {
    version: 1,
    id: plan.id,
    stack: plan.stack,
    host: plan.next.host,
    point: plan.point,
    service: plan.service,
    // Of a point that is dated in the future no age is known; a negative one would say that nothing was lost, and more.
    pointAgeSeconds: Math.max(0, ageSeconds),
    startedAt: journal.startedAt,
    finishedAt,
    openedAfterSeconds: openedAt === null ? null : (openedAt - Date.parse(journal.startedAt)) / 1000,
    phases: journal.phases,
    checks: memory.checks ?? [],
    spreads: { copies: copySpread(memory) },
    warnings: [
      ...plan.leftOut.map(({ sentence }) => sentence),
      ...datedAhead(plan.point, ageSeconds),
      ...(memory.unused ?? []),
      ...(memory.warnings ?? []),
    ],
    next: plan.next,
    verdict: failure === null ? "restored" : "failed",
    failure:
      failure === null ? null : { phase: failure.phase, sentence: failure.sentence, next: failure.next },
    exitCode: failure?.exitCode ?? exitCodes.ok,
  };
}

function datedAhead({ id, instant }: RestoreReport["point"], ageSeconds: number): string[] {
  if (ageSeconds >= 0) return [];
  return [
    `point ${id} is dated ${instant}, ${Math.ceil(-ageSeconds)} s after this restore began: a clock was wrong, and how old the point was is not known`,
  ];
}

function copySpread({ manifest }: RestoreMemory): RestoreReport["spreads"]["copies"] {
  const copied = Object.entries(manifest?.stores ?? {}).flatMap(([store, { copiedAt }]) =>
    copiedAt === undefined ? [] : [[store, copiedAt] as const],
  );
  return spreadOf(new Map(copied));
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
