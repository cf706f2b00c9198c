import type { RestoreReport } from "../recovery/restore/report/report.ts";
import type { LedgerEntry } from "../recovery/business/ledger.ts";
import { demandedWrites } from "./business/demanded.ts";
import type { JudgedReads } from "./business/judge-reads.ts";
import type { ClockOffset } from "./drill-site.ts";

/** All that a drill saw. */
export interface Observations {
  /** Null where the stack declares no business check that keeps one. */
  readonly ledger: readonly LedgerEntry[] | null;
  readonly lostAt: Date;
  readonly clock: ClockOffset;
  /** Null where nothing was rebuilt, and so nothing had to be closed. */
  readonly data: { readonly status: number; readonly applicationTasks: number } | null;
  readonly restore: RestoreReport;
  /** What of the ledger was read back; null when nothing was opened to be read, or there is no ledger. */
  readonly reads: JudgedReads | null;
  /** When the first new write came through, or without a check the edge served again. */
  readonly goodAt: Date | null;
}

/** What a drill proved. */
export interface Judgement {
  readonly causes: string[];
  readonly writes: {
    readonly acknowledgedBeforeLoss: number;
    readonly restored: number;
    readonly lostAfterPoint: number;
    readonly missingOrAltered: string[];
  } | null;
  readonly rpoSeconds: number;
}

/**
 * Holds what a drill saw against what it promises. What customers read back over the new edge is judged here, apart from the restore's
 * own verdict, which the stores' canaries and inventories decide: either can turn it red.
 */
export function judgeDrill(seen: Observations): Judgement {
  const pointAt = Date.parse(seen.restore.point.instant) - seen.clock.offsetMs;
  // The writer was stopped before the rebuilt stack existed: every entry was acknowledged by the machine that was lost.
  const lastAt = (seen.ledger ?? []).reduce(
    (last, { acknowledgedAt }) => Math.max(last, Date.parse(acknowledgedAt)),
    seen.lostAt.getTime(),
  );
  const judged = seen.ledger === null ? { causes: [], writes: null } : judgeLedger(seen, seen.ledger);
  const goodIsMissing =
    seen.ledger === null
      ? "the edge did not serve after the restore"
      : "no new write was accepted after the restore";
  return {
    causes: [
      ...closedCauses(seen),
      ...restoreCauses(seen.restore),
      ...judged.causes,
      ...(seen.goodAt === null ? [goodIsMissing] : []),
    ],
    writes: judged.writes,
    rpoSeconds: (lastAt - pointAt) / 1000,
  };
}

function judgeLedger(
  { restore, clock, reads }: Observations,
  ledger: readonly LedgerEntry[],
): Pick<Judgement, "causes" | "writes"> {
  const demanded = new Set(
    demandedWrites(ledger, new Date(restore.point.instant), clock).map(({ id }) => id),
  );
  const gone = reads?.gone ?? [];
  const broken = gone.filter(({ entry }) => demanded.has(entry.id));
  const unanswered = reads?.unanswered ?? [];
  const goneIds = new Set(gone.map(({ entry }) => entry.id));
  const unknown = unanswered.filter(({ entry }) => !goneIds.has(entry.id));
  return {
    causes: [
      ...(demanded.size === 0 ? ["nothing was acknowledged before the point: nothing was proven"] : []),
      ...broken.map(
        ({ entry: { seq, id }, how }) => `write ${seq} (${id}): acknowledged before the point, but ${how}`,
      ),
      ...(reads === null ? ["writes could not be read back: the platform was not opened"] : []),
      ...(unanswered.length > 0
        ? [`${unanswered.length} writes could not be read back: ${unanswered[0]?.reason ?? "?"}`]
        : []),
    ],
    writes: {
      acknowledgedBeforeLoss: ledger.length,
      restored: reads === null ? 0 : ledger.length - gone.length - unknown.length,
      lostAfterPoint: gone.length - broken.length,
      missingOrAltered: broken.map(({ entry: { seq, id } }) => `write ${seq} (${id})`),
    },
  };
}

function closedCauses({ data }: Observations): string[] {
  if (data === null) return [];
  const causes: string[] = [];
  if (data.status !== 503)
    causes.push(`the rebuilt, empty stack answered ${data.status} instead of 503 before its restore`);
  if (data.applicationTasks !== 0) {
    causes.push(`${data.applicationTasks} application tasks ran on empty stores before the restore`);
  }
  return causes;
}

function restoreCauses(report: RestoreReport): string[] {
  if (report.failure === null) return [];
  return [`restore failed in phase ${report.failure.phase}: ${report.failure.sentence}`];
}
