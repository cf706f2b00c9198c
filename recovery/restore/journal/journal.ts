import { z } from "zod";
import { manifestSchema } from "../../point/manifest.ts";
import { checkSchema } from "../verify/check.ts";
import { phaseNameSchema } from "../plan/phase-name.ts";
import { restorePlanSchema } from "../plan/restore-plan.ts";

/** How one phase went. A phase that is not `done` or `skipped` is repeated by the next run. */
export const phaseRecordSchema = z.strictObject({
  name: phaseNameSchema,
  state: z.enum(["running", "done", "skipped", "failed"]),
  startedAt: z.iso.datetime(),
  seconds: z.number().nullable(),
  bytes: z.number().nullable(),
  /** What it did, why it was left out, or why it failed. */
  detail: z.string(),
});
export type PhaseRecord = z.infer<typeof phaseRecordSchema>;

/** What phases hand to later ones; in the journal, so that it outlives the process. */
export const restoreMemorySchema = z.strictObject({
  manifest: manifestSchema.optional(),
  /** Measured in what was fetched: directory → what it holds. */
  directories: z.record(z.string(), z.strictObject({ files: z.number(), bytes: z.number() })).optional(),
  checks: z.array(checkSchema).optional(),
  /** In journals of agents that judged orders; nothing is made of it. */
  losses: z.array(z.unknown()).optional(),
  /** Names that the last verification was told to accept and that nothing was called by, in words. */
  unused: z.array(z.string()).optional(),
  warnings: z.array(z.string()).optional(),
});
export type RestoreMemory = z.infer<typeof restoreMemorySchema>;

/** The journal of one restore (`restore.json`): what was decided, how far it got, what it learnt. */
export const restoreJournalSchema = z.strictObject({
  version: z.literal(1),
  plan: restorePlanSchema,
  startedAt: z.iso.datetime(),
  phases: z.array(phaseRecordSchema),
  memory: restoreMemorySchema,
  /** Null while it is unfinished. */
  finishedAt: z.iso.datetime().nullable(),
});
export type RestoreJournal = z.infer<typeof restoreJournalSchema>;
