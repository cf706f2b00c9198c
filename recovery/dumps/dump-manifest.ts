import { z } from "zod";
import { statedSchema } from "../../catalog/portable/stated.ts";

/** What a dump's content is, read from the very bytes that went into the repository. */
export const dumpedContentSchema = z.strictObject({
  bytes: z.number().nonnegative(),
  /** Of the whole file, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the engine; null where the file does not say. */
  version: z.string().nullable(),
  parts: z.array(z.string()),
  /** What it holds, as entries of the store's inventory. */
  stated: z.array(statedSchema),
  /** What of the store is not in it, or is not loaded from it; a sentence's part each. */
  leftOut: z.array(z.string()),
});
export type DumpedContent = z.infer<typeof dumpedContentSchema>;

/** The manifest that lies beside a dump in the repository. */
export const dumpManifestSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  source: z.string(),
  lineage: z.string(),
  instant: z.iso.datetime(),
  /** Name of the file in the snapshot of its data. */
  file: z.string(),
  content: dumpedContentSchema,
});
export type DumpManifest = z.infer<typeof dumpManifestSchema>;

/** How the program that wrote a dump into the repository ended; it has no other way to tell whoever started the repository. */
export const dumpOutcomeSchema = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), content: dumpedContentSchema }),
  z.strictObject({ ok: z.literal(false), exitCode: z.number().int(), message: z.string() }),
]);
export type DumpOutcome = z.infer<typeof dumpOutcomeSchema>;
