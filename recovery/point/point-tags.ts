import { isPointId } from "./point-id.ts";

/** What a point's tags say of it; the same in both repositories, whatever restic's own ids are. */
export interface PointTags {
  readonly id: string;
  readonly lineage: string;
  /** 0 for a host that is without a lineage. */
  readonly generation: number;
  /** ISO time; all that was acknowledged before it is in the point. */
  readonly instant: string;
  /** 1, 2, … within its lineage and generation: the order, whatever the clock said. Absent in points of before they were numbered. */
  readonly sequence?: number | undefined;
  readonly stores: readonly string[];
  /** Bytes of the point's files; absent where the point is older than this tag. restic itself tells sizes only since 0.17. */
  readonly bytes?: number;
}

/** Tags for `restic backup`. */
export function tagsOf(point: PointTags): readonly string[] {
  return [
    `point:${point.id}`,
    `lineage:${point.lineage}`,
    `generation:${point.generation}`,
    `instant:${point.instant}`,
    ...(point.sequence === undefined ? [] : [`sequence=${point.sequence}`]),
    ...[...point.stores].sort().map((store) => `store:${store}`),
    ...(point.bytes === undefined ? [] : [`bytes:${point.bytes}`]),
  ];
}

/**
 * Reads tags back; null for a snapshot that is not one of our points. Without an `instant` tag the id's second counts; a sequence number
 * that is none is left out, so that the point counts as one of before they were numbered.
 */
export function parseTags(tags: readonly string[]): PointTags | null {
  const value = (name: string): string | undefined =>
    tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1);
  const id = value("point");
  const lineage = value("lineage");
  const generation = value("generation");
  if (id === undefined || lineage === undefined || lineage === "" || generation === undefined) return null;
  if (!isPointId(id) || !/^\d+$/.test(generation)) return null;
  const instant = value("instant") ?? instantOfId(id);
  const stores = tags.filter((tag) => tag.startsWith("store:")).map((tag) => tag.slice("store:".length));
  const bytes = value("bytes");
  const size = bytes !== undefined && /^\d{1,15}$/.test(bytes) ? { bytes: Number(bytes) } : {};
  const sequence = sequenceOf(tags);
  const numbered = sequence === null ? {} : { sequence };
  return { id, lineage, generation: Number(generation), instant, ...numbered, stores, ...size };
}

function sequenceOf(tags: readonly string[]): number | null {
  const text = tags.find((tag) => tag.startsWith("sequence="))?.slice("sequence=".length) ?? "";
  const sequence = Number(text);
  return /^[1-9]\d*$/.test(text) && Number.isSafeInteger(sequence) ? sequence : null;
}

/** `20261121T140500Z-…` → `2026-11-21T14:05:00.000Z` */
function instantOfId(id: string): string {
  return id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, "$1-$2-$3T$4:$5:$6.000Z");
}
