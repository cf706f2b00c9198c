import type { Position } from "../../../catalog/oplog/position.ts";
import { type Manifest, manifestSchema } from "../../point/manifest.ts";
import type { PointTags } from "../../point/point-tags.ts";
import type { Copied } from "../../point/reflink-copy.ts";

/** One store at the point's instant. */
export interface CopiedStore {
  readonly service: string;
  /** Image reference with digest. */
  readonly image: string;
  /** Its directories under the live root. */
  readonly directories: readonly string[];
  /** The engine's; null for an application's files, which have none. */
  readonly version: string | null;
  readonly copiedAt: Date;
  /** Where its oplog ended before the copy; null for a store that keeps none. */
  readonly oplog: Position | null;
}

/** What was seen while a copy was made. */
export interface SeenOfCopy {
  readonly id: string;
  readonly lineage: string;
  readonly generation: number;
  readonly host: string;
  readonly stack: string;
  readonly instant: Date;
  readonly pauseMs: number;
  readonly stores: readonly CopiedStore[];
  /** What each directory of the copy holds. */
  readonly held: Readonly<Record<string, Copied>>;
}

/** A copy in words: the tags of its snapshot and the manifest inside it. Pure. */
export function describeCopy(seen: SeenOfCopy): { readonly tags: PointTags; readonly manifest: Manifest } {
  const { id, lineage, generation, host, stack, held, stores } = seen;
  const instant = seen.instant.toISOString();
  const facts: Manifest["stores"] = {};
  for (const { service, image, version, copiedAt, oplog, directories } of stores) {
    const files = {
      copiedAt: copiedAt.toISOString(),
      image,
      directories: Object.fromEntries(directories.map((name) => [name, directoryFacts(held[name])])),
    };
    facts[service] =
      version === null
        ? { kind: "files", ...files }
        : { canary: id, counts: {}, version, ...(oplog === null ? {} : { oplog }), ...files };
  }
  const manifest = manifestSchema.parse({
    version: 1,
    point: id,
    lineage,
    generation,
    host,
    stack,
    instant,
    pauseMs: Math.round(seen.pauseMs),
    stores: facts,
  });
  const bytes = Object.values(facts)
    .flatMap(({ directories }) => Object.values(directories))
    .reduce((sum, directory) => sum + directory.bytes, 0);
  return {
    tags: { id, lineage, generation, instant, stores: stores.map(({ service }) => service), bytes },
    manifest,
  };
}

type DirectoryFacts = Manifest["stores"][string]["directories"][string];

function directoryFacts(copied: Copied | undefined): DirectoryFacts {
  if (copied === undefined) return { files: 0, bytes: 0 };
  const { files, bytes, digest, leftOut } = copied;
  const left = leftOut.map(({ reason, count, paths }) => ({ reason, count, paths: [...paths] }));
  return { files, bytes, digest, ...(left.length === 0 ? {} : { leftOut: left }) };
}
