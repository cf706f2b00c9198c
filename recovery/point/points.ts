import type { Snapshot } from "../restic/snapshot.ts";
import { parseTags, type PointTags } from "./point-tags.ts";

/** A recovery point as one repository lists it. */
export interface Point extends Omit<PointTags, "bytes"> {
  /** restic's own id in that repository. */
  readonly snapshot: string;
  /** Size when restored; null when neither restic nor the point's tags say. */
  readonly bytes: number | null;
}

/** What decides the order of points. */
export type Ordered = Pick<PointTags, "id" | "lineage" | "generation" | "instant" | "sequence">;

/** The points among some snapshots, oldest first as `inOrder` has it. Snapshots that are no points are left out. */
export function pointsOf(snapshots: readonly Snapshot[]): readonly Point[] {
  return inOrder(
    snapshots.flatMap((snapshot) => {
      const tags = parseTags(snapshot.tags);
      return tags === null
        ? []
        : [{ ...tags, snapshot: snapshot.id, bytes: snapshot.bytes ?? tags.bytes ?? null }];
    }),
  );
}

/**
 * Points from oldest to newest: within a lineage by generation and number, never by a clock that may have been wrong. Those of before
 * points were numbered go by their instant, before those with a number. Of several lineages, the one with the newest instant comes last.
 */
export function inOrder<P extends Ordered>(points: readonly P[]): readonly P[] {
  const newest = new Map<string, number>();
  for (const { lineage, instant } of points)
    newest.set(lineage, Math.max(newest.get(lineage) ?? -Infinity, Date.parse(instant)));
  return [...points].sort((a, b) => {
    if (a.lineage === b.lineage) return comparePoints(a, b);
    const apart = (newest.get(a.lineage) ?? 0) - (newest.get(b.lineage) ?? 0);
    return apart === 0 ? compareText(a.lineage, b.lineage) : apart;
  });
}

/** Negative when `a` is older than `b`. Both are of one lineage. */
export function comparePoints(a: Ordered, b: Ordered): number {
  return (
    a.generation - b.generation ||
    (a.sequence ?? 0) - (b.sequence ?? 0) ||
    Date.parse(a.instant) - Date.parse(b.instant) ||
    compareText(a.id, b.id)
  );
}

/** The newest of one lineage's points; null when there is none. */
export function newestPoint<P extends Ordered>(points: readonly P[]): P | null {
  return points.reduce<P | null>(
    (best, point) => (best === null || comparePoints(point, best) > 0 ? point : best),
    null,
  );
}

/**
 * Seconds since the newest instant that is not in the future, of one lineage's points: what would be lost now at worst. A point that was
 * dated by a clock that ran ahead cannot say how old it is, so an older one speaks for it. Null when there is none.
 */
export function lostNowSeconds(points: readonly Pick<Ordered, "instant">[], now: Date): number | null {
  const ages = points
    .map(({ instant }) => (now.getTime() - Date.parse(instant)) / 1000)
    .filter((age) => age >= 0);
  return ages.length === 0 ? null : Math.round(Math.min(...ages));
}

/** Points that are in `here` and not in `there`, newest first: after an outage the newest one shortens the loss most. */
export function notYetIn(here: readonly Point[], there: readonly Point[]): readonly Point[] {
  const known = new Set(there.map((point) => point.id));
  return here.filter((point) => !known.has(point.id)).reverse();
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
