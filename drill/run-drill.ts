import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { exitCodes, RecoveryError } from "../contract/exit-codes.ts";
import { sentenceOf } from "../contract/sentence-of.ts";
import { declaredLedgerCheck, noneDeclared } from "../operator/stack/business-checks.ts";
import { openPlace } from "../operator/stack/open-place.ts";
import { openExpendable } from "../operator/stack/stack.ts";
import { stackCatalog } from "../operator/stack/stack-catalog.ts";
import { terminalProgress } from "../workstation/progress.ts";
import { repositoryRoot } from "../workstation/repository.ts";
import { drill, type MeasuredRecovery } from "./drill.ts";
import type { DrillReport } from "./drill-report.ts";
import type { DrillHistory } from "./history/drill-history.ts";
import { openHistory, signingKey, type HistoryOptions } from "./history/open-history.ts";
import { PlaceSite } from "./place-site.ts";
import type { DrillRecord } from "./record/drill-record.ts";
import { makeRecord, type DrillFacts } from "./record/make-record.ts";
import { writeRecord, type RecordFiles } from "./record/write-record.ts";
import { refuseScenario } from "./scenarios/refuse-scenario.ts";
import type { ScenarioName } from "./scenarios/scenario-name.ts";
import { scenarioOf } from "./scenarios/scenarios.ts";
import { steps } from "./steps.ts";
import { Timeline } from "./timeline.ts";

/** What a command line says of a run. */
export interface DrillRunOptions {
  readonly stack: string;
  readonly rate: string;
  readonly points: string;
  readonly every: string;
  readonly report?: string;
  readonly existing?: true;
  readonly keep?: true;
}

/** A drill that was carried through, and where its record is. */
export interface FinishedDrill {
  readonly report: DrillReport;
  readonly record: DrillRecord;
  readonly files: RecordFiles;
}

/**
 * Runs a scenario on an expendable stack, and keeps its record: as files, and where a history is named signed in there. What can be known to
 * fail is refused before anything is lost; a drill that breaks off is recorded as the failure that it is.
 */
export async function runDrill(
  options: DrillRunOptions,
  name: ScenarioName,
  named: HistoryOptions,
): Promise<FinishedDrill> {
  const scenario = scenarioOf(name);
  const refusal = refuseScenario(scenario, { isTerminal: process.stdin.isTTY });
  if (refusal !== null) throw new RecoveryError(exitCodes.usage, refusal);
  const { lost, rebuilt } = openExpendable(options.stack);
  const check = await declaredLedgerCheck(lost);
  const recording = await beginRecording(named, name);

  const progress = terminalProgress();
  if (check === null) progress.note(`drill: ${noneDeclared}.`);
  const [lostPlace, rebuiltPlace] = [await openPlace(lost), await openPlace(rebuilt)];
  // Leftovers of an earlier drill: a bucket that knows better would keep the new stack closed.
  await rebuiltPlace.remove(progress);
  if (options.existing !== true) await lostPlace.remove(progress);
  const folder = join(repositoryRoot, ".kaleem", "drills");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const startedAt = new Date();
  const stamp = startedAt.toISOString().replaceAll(/[:.]/g, "");
  const reportFile = options.report ?? join(folder, `${stamp}.json`);

  const timeline = new Timeline((step) => {
    progress.note(`\n── ${step}`);
  });
  const promised = (await stackCatalog(lost)).flatMap((service) =>
    service.kind === "stateful" ? [service] : [],
  );
  const keep = async (
    facts: Omit<DrillFacts, keyof Known>,
  ): Promise<{ record: DrillRecord; files: RecordFiles }> => {
    const known: Known = {
      id: `${stamp}-${randomBytes(2).toString("hex")}`,
      scenario: name,
      stack: options.stack,
      startedAt,
      finishedAt: new Date(),
      timeline: timeline.steps,
      limits: scenario.limits,
    };
    const record = makeRecord({ ...known, ...facts }, promised, recording?.before ?? null);
    const files = await writeRecord(record, reportFile);
    if (recording !== null) {
      const key = await recording.history.append(record, recording.key, () => new Date());
      progress.note(`the record is in ${named.historyOf ?? ""}'s history as ${key}`);
    }
    return { record, files };
  };

  const site = new PlaceSite({ stack: lost, rebuilt, progress, pointEvery: options.every });
  const seen: MeasuredRecovery[] = [];
  let report: DrillReport;
  try {
    report = await drill(site, {
      stack: options.stack,
      check,
      scenario,
      timeline,
      askPerson,
      ledgerFile: join(folder, `${stamp}.ledger.jsonl`),
      writesPerSecond: Number(options.rate),
      pointsBeforeLoss: Number(options.points),
      onMeasured: (measured) => {
        seen.push(measured);
      },
    });
  } catch (error) {
    await keep({
      ...brokenOff,
      reads: check === null ? null : [],
      lostAt: new Date(),
      causes: [`broke off: ${sentenceOf(error)}`],
    });
    throw error;
  }
  const { lostAt, servedAt, restore, restoreStep } = onlyOne(seen);
  const { rpoSeconds, causes } = report;
  const reads = check === null ? null : report.reads;
  const kept = await keep({ lostAt, servedAt, restore, restoreStep, rpoSeconds, reads, causes });
  // One verdict: an objective that was missed fails the drill as anything else does.
  report = { ...report, causes: kept.record.problems };
  await writeFile(reportFile, `${JSON.stringify(report, null, 2)}\n`);
  if (options.keep !== true)
    await (scenario.way.kind === "rebuild" ? rebuiltPlace : lostPlace).remove(progress);
  return { report, ...kept };
}

type Known = Pick<
  DrillFacts,
  "id" | "scenario" | "stack" | "startedAt" | "finishedAt" | "timeline" | "limits"
>;

const brokenOff = {
  servedAt: null,
  restore: null,
  restoreStep: steps.restore,
  rpoSeconds: null,
} as const;

/** Where the record goes, and what it is held against. */
interface Recording {
  readonly history: DrillHistory;
  readonly key: string;
  readonly before: DrillRecord | null;
}

/** Tried before anything is lost: keys of the bucket, and the key to sign with. */
async function beginRecording(named: HistoryOptions, scenario: ScenarioName): Promise<Recording | null> {
  const history = await openHistory(named);
  if (history === null) return null;
  const key = signingKey(named);
  await history.tryKey(key, new Date());
  return { history, key, before: await history.newest(scenario) };
}

function onlyOne(seen: readonly MeasuredRecovery[]): MeasuredRecovery {
  const [measured] = seen;
  if (measured === undefined) throw new Error("a drill ended without what it measured");
  return measured;
}

async function askPerson(question: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    await terminal.question(`\n${question}\n`);
  } finally {
    terminal.close();
  }
}
