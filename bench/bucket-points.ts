import { bucketLayout } from "../contract/layout.ts";
import type { Bucket } from "../recovery/lineage/bucket.ts";
import { PointCatalogue } from "../recovery/point/point-catalogue.ts";
import type { StoredPoint } from "./rpo-loss.ts";

/**
 * The points that the bucket holds now, and since when, by this workstation's clock.
 * @param hostAheadMs By how much the clock that points are dated by is ahead of ours
 * @throws Error when the bucket has no list of points
 */
export async function bucketPoints(bucket: Bucket, hostAheadMs: number): Promise<readonly StoredPoint[]> {
  const points = await new PointCatalogue(bucket).read();
  if (points === null)
    throw new Error("bench: the bucket has no list of points: nothing was shipped there yet.");
  const prefix = `${bucketLayout.repository}/snapshots/`;
  const records = new Map(
    (await bucket.list(prefix)).map(({ key, storedAtMs }) => [key.slice(prefix.length), storedAtMs]),
  );
  const bucketAheadMs = bucket.clockAheadMs ?? 0;
  return points.flatMap(({ id, instant, snapshot }) => {
    const storedAt = records.get(snapshot);
    if (storedAt === undefined) return [];
    return [{ id, instant: Date.parse(instant) - hostAheadMs, storedAt: storedAt - bucketAheadMs }];
  });
}
