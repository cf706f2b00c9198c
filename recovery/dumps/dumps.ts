import type { Snapshot } from "../restic/snapshot.ts";
import { parseDumpTags, type DumpTags } from "./dump-tags.ts";

/** A whole dump as one repository lists it. */
export interface Dump extends DumpTags {
  /** Name of the file in its snapshot, such as `mongo.archive`. */
  readonly file: string;
  /** restic's own ids in that repository. */
  readonly data: string;
  readonly manifest: string;
  /** Size of the file; null where restic does not say. */
  readonly bytes: number | null;
}

/** The whole dumps among some snapshots, oldest first; points and what was broken off are left out. Pure. */
export function dumpsOf(snapshots: readonly Snapshot[]): readonly Dump[] {
  const parts = partsOf(snapshots);
  const manifests = new Map(parts.filter(({ part }) => part === "manifest").map((one) => [one.id, one]));
  return parts
    .flatMap(({ part, snapshot, id, source, lineage, instant }): Dump[] => {
      const manifest = manifests.get(id);
      if (part !== "data" || manifest === undefined) return [];
      const file = snapshot.paths[0]?.replace(/^\/+/, "") ?? "";
      const ids = { data: snapshot.id, manifest: manifest.snapshot.id };
      return [{ id, source, lineage, instant, file, ...ids, bytes: snapshot.bytes }];
    })
    .sort((a, b) => Date.parse(a.instant) - Date.parse(b.instant) || (a.id < b.id ? -1 : 1));
}

/** For so long a dump without a manifest may still be at work on it. */
const unfinishedForMs = 24 * 3_600_000;

/** Snapshots of dumps that were broken off between data and manifest, or of which one part is gone: restic's ids. Pure. */
export function brokenOff(snapshots: readonly Snapshot[], lineage: string, now: Date): readonly string[] {
  const whole = new Set(dumpsOf(snapshots).map(({ id }) => id));
  return partsOf(snapshots)
    .filter((one) => one.lineage === lineage && !whole.has(one.id))
    .filter(({ instant }) => now.getTime() - Date.parse(instant) > unfinishedForMs)
    .map(({ snapshot }) => snapshot.id);
}

/** Dumps that are in `here` and not in `there`, newest first. Pure. */
export function dumpsToShip(
  here: readonly Dump[],
  there: readonly Dump[],
  forgotten: ReadonlySet<string>,
): readonly Dump[] {
  const known = new Set([...there.map(({ id }) => id), ...forgotten]);
  return here.filter(({ id }) => !known.has(id)).reverse();
}

function partsOf(snapshots: readonly Snapshot[]) {
  return snapshots.flatMap((snapshot) => {
    const tags = parseDumpTags(snapshot.tags);
    return tags === null ? [] : [{ ...tags, snapshot }];
  });
}
