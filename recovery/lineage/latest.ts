import type { PointTags } from "../point/point-tags.ts";
import type { Head } from "./head.ts";

/**
 * The point that "latest" means: the newest one of the head's lineage and generation; while that generation has none, the one it was
 * restored from. A newer point of any other host, lineage or generation never counts: a rebuilt empty host must not win by the clock.
 * Null when neither is there.
 */
export function latestPoint<P extends Pick<PointTags, "id" | "lineage" | "generation" | "instant">>(
  points: readonly P[],
  head: Pick<Head, "lineage" | "generation" | "parent">,
): P | null {
  const own = points.filter(
    (point) => point.lineage === head.lineage && point.generation === head.generation,
  );
  const newest = own.reduce<P | null>(
    (best, point) => (best === null || isNewer(point, best) ? point : best),
    null,
  );
  if (newest !== null) return newest;
  const { parent } = head;
  if (parent === null) return null;
  return points.find((point) => point.id === parent.point && point.lineage === parent.lineage) ?? null;
}

function isNewer(a: Pick<PointTags, "id" | "instant">, b: Pick<PointTags, "id" | "instant">): boolean {
  const difference = Date.parse(a.instant) - Date.parse(b.instant);
  return difference === 0 ? a.id > b.id : difference > 0;
}
