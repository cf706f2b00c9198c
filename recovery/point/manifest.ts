import { z } from "zod";
import { positionSchema } from "../../catalog/oplog/position.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What the entries of a directory are, measured in the copy that became the point: see `point/measure-tree.ts`. Names are written as text,
 * with percent signs for bytes that are none (`point/byte-name.ts`).
 */
const treeDigest = z.strictObject({
  names: sha256,
  sizes: sha256,
  /** Modes and owners. */
  access: sha256,
  /** Modification times. */
  times: sha256,
  /** The first folders right below, and what lies right below as `.`. */
  folders: z.record(z.string(), z.strictObject({ files: z.number(), bytes: z.number(), digest: sha256 })),
});

const directoryFacts = z.strictObject({
  files: z.number(),
  bytes: z.number(),
  /** Absent in points of before there were any. */
  digest: treeDigest.optional(),
  /** What is in no point: pipes, sockets, devices, and what is mounted in there. Absent when there was nothing of the kind. */
  leftOut: z
    .array(z.strictObject({ reason: z.string(), count: z.number(), paths: z.array(z.string()) }))
    .optional(),
});

const engineFacts = z.strictObject({
  kind: z.literal("engine").optional(),
  /** The mark that was durably written just before the instant. */
  canary: z.string().min(1),
  /**
   * Points of before inventories counted on the live stores; that is read, and not compared. Written empty, since agents of then demand
   * the field.
   */
  counts: z.record(z.string(), z.unknown()).default({}),
  /**
   * When its files were copied: all that was acknowledged before is in the copy. The pause's start, later for a store that is copied
   * while it runs; absent in points of before there were any.
   */
  copiedAt: z.iso.datetime().optional(),
  /**
   * Where the store's oplog ended just before its files were copied: all up to there is in them. Absent for a store that keeps none, and in
   * points of before there were any.
   */
  oplog: positionSchema.optional(),
  /** In points of agents that judged orders; nothing is made of it. */
  ordersMayBeIn: z.string().optional(),
  /** Engine version, as the store says it. */
  version: z.string(),
  /** Image reference with digest. */
  image: z.string(),
  /** Directories under `files/` that belong to it, with what they held. */
  directories: z.record(z.string(), directoryFacts),
});

/** An application's files: there is no engine to leave a mark, or to ask for its version. */
const fileFacts = z.strictObject({
  kind: z.literal("files"),
  /** When they were copied, at a standstill. */
  copiedAt: z.iso.datetime(),
  /** Image of the application, reference with digest. */
  image: z.string(),
  directories: z.record(z.string(), directoryFacts),
});

/** What a recovery point says of itself; a file inside the snapshot. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  /** Our own id, the same in both repositories (restic's ids differ after `copy`). */
  point: z.string(),
  lineage: z.string(),
  generation: z.number().int(),
  host: z.string(),
  stack: z.string(),
  /** Just before the first canary was written: all that was acknowledged before it must be in the point. */
  instant: z.iso.datetime(),
  pauseMs: z.number(),
  /** Stores, and applications that keep files. */
  stores: z.record(z.string(), z.discriminatedUnion("kind", [engineFacts, fileFacts])),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Name of the manifest inside a point. */
export const manifestFile = "manifest.json";

/** `files/<directory>` inside a point holds what was at `live/<directory>`. */
export const filesDirectory = "files";
