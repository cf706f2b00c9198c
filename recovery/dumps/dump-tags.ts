/** What the tags of a dump's snapshots say of it; the same in both repositories. */
export interface DumpTags {
  readonly id: string;
  readonly lineage: string;
  /** What was dumped: a store by its name in the catalog, or `configs`. */
  readonly source: string;
  /** ISO time at which it was begun. */
  readonly instant: string;
}

/** A dump is two snapshots: its data, and then its manifest. Without the latter it is none. */
export type DumpPart = "data" | "manifest";

/** `20261201T021000Z-qdrant`. @param instant ISO time */
export function dumpId(source: string, instant: string): string {
  return `${instant.replace(/\.\d+Z$/, "Z").replace(/[-:]/g, "")}-${source}`;
}

/**
 * What restic takes for the machine that a dump is of. It is not the lineage, as it is for points: whoever lists or forgets a lineage's points by
 * that name sees no dump.
 */
export function dumpsHost(lineage: string): string {
  return `dumps-${lineage}`;
}

/** Tags for `restic backup`. None of them is one of a point's own. */
export function dumpTags({ id, lineage, source, instant }: DumpTags, part: DumpPart): readonly string[] {
  return [`dump:${id}`, `dump-of:${source}`, `lineage:${lineage}`, `instant:${instant}`, partTag(part)];
}

/** The one by which a part is chosen. */
export function partTag(part: DumpPart): string {
  return `dump-part:${part}`;
}

/** Reads tags back; null for a snapshot that is no part of a dump. */
export function parseDumpTags(tags: readonly string[]): (DumpTags & { readonly part: DumpPart }) | null {
  const value = (name: string): string =>
    tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1) ?? "";
  const [id, source, lineage, instant] = [
    value("dump"),
    value("dump-of"),
    value("lineage"),
    value("instant"),
  ];
  const part = value("dump-part");
  if (part !== "data" && part !== "manifest") return null;
  if (!/^\d{8}T\d{6}Z-[a-z0-9-]+$/.test(id) || source === "" || lineage === "") return null;
  return Number.isNaN(Date.parse(instant)) ? null : { id, source, lineage, instant, part };
}
