import { z } from "zod";
import { inventorySchema } from "../../../catalog/inventory/inventory.ts";
import { runRecord } from "./run-record.ts";

/** How the test of a restore from one repository ended. */
export const testedRepositorySchema = z.object({
  /** When it ended. */
  at: z.iso.datetime(),
  ok: z.boolean(),
  /** Null when none could be chosen. */
  point: z.object({ id: z.string(), instant: z.iso.datetime() }).nullable(),
  /** From the choice of the point until the last store was compared. */
  seconds: z.number().nonnegative(),
  /** Of these, until its files were there. */
  fetchSeconds: z.number().nonnegative(),
  /** Bytes of the files that were fetched. */
  bytes: z.number().nonnegative(),
  /** Whether what the stores hold was held against the point's inventory; false for a point that was never proven. */
  compared: z.boolean(),
  /** Those that started and told what they hold. */
  stores: z.record(z.string(), z.object({ seconds: z.number(), coverage: inventorySchema.shape.coverage })),
  /** Why it is not ok, one sentence each; never a secret. */
  problems: z.array(z.string()),
});
export type TestedRepository = z.infer<typeof testedRepositorySchema>;

/** The newest test of each repository; null for one that was never tested. */
export const restoreTestsSchema = z.object({
  local: testedRepositorySchema.nullable(),
  offsite: testedRepositorySchema.nullable(),
});
export type RestoreTests = z.infer<typeof restoreTestsSchema>;

export const restoreTestRecord = runRecord(restoreTestsSchema);
