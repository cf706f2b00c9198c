import { z } from "zod";
import { checkSchema, type Check } from "../verify/check.ts";
import { phaseRecordSchema, type PhaseRecord } from "../journal/journal.ts";
import { phaseNameSchema } from "../plan/phase-name.ts";
import { chosenPointSchema, oneServiceSchema, undoneBy } from "../plan/restore-plan.ts";
import { notCompared } from "../verify/judge-inventories.ts";
import { spreadSchema, type Spread } from "../verify/spread.ts";

/** What a restore did and proved. Kept as JSON on the host and given to whoever asked for it. */
export const restoreReportSchema = z.strictObject({
  version: z.literal(1),
  /** The restore's id, as in its journal. */
  id: z.string(),
  stack: z.string(),
  host: z.string(),
  point: chosenPointSchema,
  /** The one store that was restored while the others served; null for the whole platform. */
  service: oneServiceSchema.nullable().default(null),
  /**
   * Age of the point when the restore began: the most that can be lost before the loss itself. 0 for a point that is dated in the
   * future, which a warning then says.
   */
  pointAgeSeconds: z.number(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** From the first phase until writers were let in; null when they were not. */
  openedAfterSeconds: z.number().nullable(),
  phases: z.array(phaseRecordSchema),
  checks: z.array(checkSchema),
  /** In reports of agents that judged orders; nothing is made of it. */
  losses: z.array(z.unknown()).optional(),
  /** How far the stores are from each other in time, by when each was copied; null where not known. */
  spreads: z.object({ copies: spreadSchema.nullable() }).default({ copies: null }),
  warnings: z.array(z.string()),
  /** What the data root is now. */
  next: z.strictObject({ lineage: z.string(), generation: z.number().int(), host: z.string() }),
  verdict: z.enum(["restored", "failed"]),
  failure: z.strictObject({ phase: phaseNameSchema, sentence: z.string(), next: z.string() }).nullable(),
  exitCode: z.number().int(),
});
export type RestoreReport = z.infer<typeof restoreReportSchema>;

/** One screen: verdict first, then what is wrong, the point, the timeline, the checks, and what was lost. */
export function renderReport(report: RestoreReport): string {
  const { point } = report;
  return [
    ...renderVerdict(report),
    "",
    ...(undoneBy(report) === null
      ? [
          `  point    ${point.id} of ${point.instant}, ${age(report.pointAgeSeconds)} old when the restore began, from ${point.from}`,
        ]
      : []),
    ...renderPlace(report),
    "",
    ...report.phases.map(renderPhase),
    "",
    ...renderChecks(report.checks),
    ...renderLoss(report),
    ...renderSpreads(report.spreads),
    ...report.warnings.map((warning) => `  warning: ${warning}`),
  ].join("\n");
}

/** What it is part of: a generation of its own, or the platform that goes on. */
function renderPlace({ next, service, verdict, id }: RestoreReport): string[] {
  if (service === null)
    return [
      `  lineage  ${next.lineage}, ${verdict === "restored" ? "now" : "to become"} generation ${next.generation} on ${next.host}`,
    ];
  return [
    `  lineage  ${next.lineage}, still generation ${next.generation} on ${next.host}`,
    `  undo     ./kaleem restore --undo ${id}; for good: ./kaleem restore --forget ${id}`,
  ];
}

function renderLoss(report: RestoreReport): string[] {
  const { service, pointAgeSeconds } = report;
  if (undoneBy(report) !== null) return [`  RPO      none of ${service?.name ?? ""}'s former data is lost`];
  const of = service === null ? "" : ` to ${service.name}`;
  return [`  RPO      the point was ${age(pointAgeSeconds)} old: what was written${of} after it is lost`];
}

function renderVerdict(report: RestoreReport): string[] {
  const { service } = report;
  if (report.failure !== null) {
    const { phase, sentence, next } = report.failure;
    return [
      `RESTORE${service === null ? "" : ` OF ${service.name}`} FAILED in phase ${phase}`,
      ...sentence.split("\n").map((line) => `  ${line}`),
      `  Next: ${next}`,
    ];
  }
  const opened = report.openedAfterSeconds ?? 0;
  const undone = undoneBy(report);
  const what = undone === null ? headline(report.checks) : `UNDONE: restore ${undone.restore}`;
  return [`${what}${service === null ? "" : ` (${service.name})`}, open after ${opened.toFixed(1)} s`];
}

/** Whether every store was held against what the point holds of it. */
export function wasCompared(checks: readonly Check[]): boolean {
  return !checks.some(({ name }) => name === notCompared);
}

/** What a person took upon themselves stands in the first line. */
function headline(checks: readonly Check[]): string {
  const accepted = checks.filter(({ result, name }) => result === "accepted" && name !== notCompared).length;
  const unknown = wasCompared(checks) ? [] : ["without comparing what the stores hold with the point"];
  const said = accepted === 0 ? [] : [`with ${accepted} ${accepted === 1 ? "finding" : "findings"} accepted`];
  if (unknown.length + said.length === 0) return "RESTORED AND VERIFIED";
  return `RESTORED, ${[...unknown, ...said].join(" and ")}`;
}

/** One line of the timeline: what, how long, how much, how fast. */
export function renderPhase({ name, state, seconds, bytes, detail }: PhaseRecord): string {
  const mark = { done: "✓", skipped: "–", failed: "✗", running: "…" }[state];
  const time = seconds === null ? "" : `${seconds.toFixed(1)} s`;
  return `  ${mark} ${name.padEnd(12)} ${time.padStart(8)}  ${volume(bytes, seconds)}${detail.split("\n")[0] ?? ""}`;
}

function volume(bytes: number | null, seconds: number | null): string {
  if (bytes === null) return "";
  const megabytes = bytes / 1e6;
  const rate = seconds !== null && seconds > 0 ? `, ${(megabytes / seconds).toFixed(1)} MB/s` : "";
  return `${megabytes.toFixed(1)} MB${rate}; `;
}

function renderChecks(checks: readonly Check[]): string[] {
  if (checks.length === 0) return ["  no check was run"];
  const marks = { ok: "✓", failed: "✗", "not-made": "?", accepted: "!" } as const;
  return checks.map((check) => `  ${marks[check.result]} ${check.sentence}`);
}

/** Ways to tell how far stores differ in time; a drill knows one more. */
export interface Spreads {
  readonly copies: Spread | null;
  readonly writes?: Spread | null;
}

/** How far the stores differ in time, a line for each way to tell. */
export function renderSpreads({ copies, writes = null }: Spreads): string[] {
  const line = (what: string, { seconds, earliest, latest }: Spread): string =>
    seconds === 0
      ? `  spread   ${what}: none`
      : `  spread   ${what}: ${seconds.toFixed(1)} s, from ${earliest} to ${latest}`;
  return [
    ...(writes === null ? [] : [line("newest write kept", writes)]),
    ...(copies === null ? [] : [line("time of the copy", copies)]),
  ];
}

function age(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
