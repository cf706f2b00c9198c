import { z } from "zod";
import { restoreReportSchema } from "../report/report.ts";
import { phaseNameSchema } from "../plan/phase-name.ts";
import { refusalSchema } from "../plan/refusal.ts";
import { restorePlanSchema } from "../plan/restore-plan.ts";

/** What the agent says while it restores: one JSON object a line on stdout. The last one is `refused`, `planned`, `fetched` or `report`. */
export const restoreEventSchema = z.discriminatedUnion("event", [
  z.strictObject({ event: z.literal("refused"), refusals: z.array(refusalSchema) }),
  /** Only the plan was asked for. */
  z.strictObject({ event: z.literal("planned"), plan: restorePlanSchema }),
  /** A run begins; `resumed` when it takes up an unfinished restore. */
  z.strictObject({ event: z.literal("begun"), plan: restorePlanSchema, resumed: z.boolean() }),
  z.strictObject({ event: z.literal("phase-started"), phase: phaseNameSchema }),
  z.strictObject({
    event: z.literal("phase-progress"),
    phase: phaseNameSchema,
    bytes: z.number(),
    totalBytes: z.number(),
  }),
  z.strictObject({
    event: z.literal("phase-finished"),
    phase: phaseNameSchema,
    state: z.enum(["done", "skipped", "failed"]),
    seconds: z.number(),
    bytes: z.number().nullable(),
    detail: z.string(),
  }),
  /** What could be fetched ahead of the platform is there; the restore of the same request goes on from it. */
  z.strictObject({ event: z.literal("fetched") }),
  z.strictObject({ event: z.literal("report"), report: restoreReportSchema }),
]);
export type RestoreEvent = z.infer<typeof restoreEventSchema>;
