import type { RestoreReport } from "../recovery/restore/report/report.ts";
import { demandedOrders } from "./orders/demanded.ts";
import type { LedgerEntry } from "../recovery/orders/ledger.ts";
import type { ClockOffset } from "./drill-site.ts";
import type { JudgedStores } from "./orders/judge-held.ts";
import type { ReadBack } from "../recovery/orders/read-back.ts";

/** All that a drill saw. */
export interface Observations {
  readonly ledger: readonly LedgerEntry[];
  readonly lostAt: Date;
  readonly clock: ClockOffset;
  /** Null where nothing was rebuilt, and so nothing had to be closed. */
  readonly data: { readonly status: number; readonly applicationTasks: number } | null;
  readonly restore: RestoreReport;
  /** Null when the restore failed and so nothing was opened to be read. */
  readonly readBack: ReadBack | null;
  readonly goodOrderAt: Date | null;
  /** What the stores themselves were found to have; null when nothing was opened. */
  readonly held: JudgedStores | null;
}

/** What a drill proved. */
export interface Judgement {
  readonly causes: string[];
  readonly acknowledgedBeforeLoss: number;
  readonly restored: number;
  readonly lostAfterPoint: number;
  readonly missingOrAltered: string[];
  readonly rpoSeconds: number;
}

/**
 * Holds what a drill saw against what it promises. The orders that customers read back over the new edge are judged
 * here, apart from what each store was found to hold, and from the restore's own verdict: either can turn it red.
 */
export function judgeDrill(seen: Observations): Judgement {
  const pointAt = Date.parse(seen.restore.point.instant) - seen.clock.offsetMs;
  // The writer was stopped before the rebuilt stack existed: every entry was acknowledged by the machine that was lost.
  const lastAt = Math.max(
    seen.lostAt.getTime(),
    ...seen.ledger.map((entry) => Date.parse(entry.acknowledgedAt)),
  );
  const demanded = new Set(
    demandedOrders(seen.ledger, new Date(seen.restore.point.instant), seen.clock).map(({ id }) => id),
  );
  const gone = [...(seen.readBack?.missing ?? []), ...(seen.readBack?.altered ?? [])];
  const missingOrAltered = gone
    .filter(({ id }) => demanded.has(id))
    .map(({ seq, id }) => `order ${seq} (${id})`);
  const unanswered = seen.readBack?.unanswered ?? [];
  return {
    causes: [
      ...closedCauses(seen),
      ...restoreCauses(seen.restore),
      ...(demanded.size === 0 ? ["no order was acknowledged before the point: nothing was proven"] : []),
      ...missingOrAltered.map((order) => `${order}: acknowledged before the point, but missing or altered`),
      ...(seen.readBack === null ? ["orders could not be read back: the platform was not opened"] : []),
      ...(unanswered.length > 0
        ? [`${unanswered.length} orders could not be read back: ${unanswered[0]?.reason ?? "?"}`]
        : []),
      ...(seen.held?.causes ?? []),
      ...(seen.goodOrderAt === null ? ["no new order was accepted after the restore"] : []),
    ],
    acknowledgedBeforeLoss: seen.ledger.length,
    restored: (seen.readBack?.checked ?? 0) - gone.length - unanswered.length,
    lostAfterPoint: gone.filter(({ id }) => !demanded.has(id)).length,
    missingOrAltered,
    rpoSeconds: (lastAt - pointAt) / 1000,
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
