import { z } from "zod";
import { leftOutSchema } from "./left-out.ts";
import { phaseNameSchema } from "./phase-name.ts";
import { planRequestSchema } from "./request.ts";

const planPhaseSchema = z.strictObject({
  name: phaseNameSchema,
  /** What will happen, in words. */
  what: z.string(),
  /** Expected duration in seconds; 0 for a phase that is left out. */
  seconds: z.number().nonnegative(),
  /** Bytes that it will move, when it moves any. */
  bytes: z.number().nullable(),
  /** Why the phase is left out; null when it is not. */
  skip: z.string().nullable(),
});
export type PlanPhase = z.infer<typeof planPhaseSchema>;

/** The chosen point, and which copy of it. */
export const chosenPointSchema = z.strictObject({
  id: z.string(),
  instant: z.iso.datetime(),
  /** Absent in points of before they were numbered. */
  sequence: z.number().int().positive().optional(),
  lineage: z.string(),
  generation: z.number().int(),
  from: z.enum(["local", "offsite"]),
  snapshot: z.string(),
  /** The stores that it holds, as its tags say; none when they do not. */
  stores: z.array(z.string()).default([]),
  bytes: z.number().nullable(),
});
export type ChosenPoint = z.infer<typeof chosenPointSchema>;

/** A restore, decided: which point, what it replaces, and the ordered phases. Kept in the journal. */
export const restorePlanSchema = z.strictObject({
  /** Names this restore: its reports, and the folder that keeps what it replaces. */
  id: z.string(),
  stack: z.string(),
  createdAt: z.iso.datetime(),
  request: planRequestSchema,
  point: chosenPointSchema,
  /** Stores that it passes by, with what there is to say of each. */
  leftOut: z.array(leftOutSchema).default([]),
  /** Version of the head record that this restore will replace; null when there is none yet. */
  headVersion: z.string().nullable(),
  /** What the data root will be afterwards. */
  next: z.strictObject({ lineage: z.string(), generation: z.number().int().positive(), host: z.string() }),
  phases: z.array(planPhaseSchema),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;
