import type { Snapshot } from "../restic/snapshot.ts";
import { parseTags, type PointTags } from "./point-tags.ts";

/** A recovery point as one repository lists it. */
export interface Point extends PointTags {
  /** restic's own id in that repository. */
  readonly snapshot: string;
  readonly bytes: number | null;
}

/** The points among some snapshots, oldest instant first. Snapshots that are no points are left out. */
export function pointsOf(snapshots: readonly Snapshot[]): readonly Point[] {
  return snapshots
    .flatMap((snapshot) => {
      const tags = parseTags(snapshot.tags);
      return tags === null ? [] : [{ ...tags, snapshot: snapshot.id, bytes: snapshot.bytes }];
    })
    .sort((a, b) => Date.parse(a.instant) - Date.parse(b.instant) || (a.id < b.id ? -1 : 1));
}

/** Points that are in `here` and not in `there`, newest first: after an outage the newest one shortens the loss most. */
export function notYetIn(here: readonly Point[], there: readonly Point[]): readonly Point[] {
  const known = new Set(there.map((point) => point.id));
  return here.filter((point) => !known.has(point.id)).reverse();
}
