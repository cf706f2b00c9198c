import { newestPoint, type Ordered } from "../point/points.ts";
import type { Head } from "./head.ts";

/**
 * The point that "latest" means: the newest one, by its number, of the head's lineage and generation; while that generation has none,
 * the one it was restored from. A newer point of any other host, lineage or generation never counts: a rebuilt empty host must not win
 * by the clock, nor a point that was dated by a clock that ran ahead. Null when neither is there.
 */
export function latestPoint<P extends Ordered>(
  points: readonly P[],
  head: Pick<Head, "lineage" | "generation" | "parent">,
): P | null {
  const own = points.filter(
    (point) => point.lineage === head.lineage && point.generation === head.generation,
  );
  const newest = newestPoint(own);
  if (newest !== null) return newest;
  const { parent } = head;
  if (parent === null) return null;
  return points.find((point) => point.id === parent.point && point.lineage === parent.lineage) ?? null;
}
