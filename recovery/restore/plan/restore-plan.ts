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

/** What is restored of a platform that goes on serving. */
export const oneServiceSchema = z.strictObject({
  /** The store, as the Swarm calls its service. */
  name: z.string(),
  /** What it takes on the data filesystem now, in bytes; null when that could not be measured in time. */
  liveBytes: z.number().nonnegative().nullable(),
  /** The restore that this one undoes, and the directories that it moved aside; null when the data comes from a point. */
  undoes: z.strictObject({ restore: z.string(), directories: z.array(z.string()) }).nullable(),
});
export type OneService = z.infer<typeof oneServiceSchema>;

/** What an undo undoes; null for a restore from a point. */
export function undoneBy({ service }: { readonly service: OneService | null }): OneService["undoes"] {
  return service?.undoes ?? null;
}

/** A restore, decided: which point, what it replaces, and the ordered phases. Kept in the journal. */
export const restorePlanSchema = z.strictObject({
  /** Names this restore: its reports, and the folder that keeps what it replaces. */
  id: z.string(),
  stack: z.string(),
  createdAt: z.iso.datetime(),
  request: planRequestSchema,
  point: chosenPointSchema,
  /** The one store that is restored while the others serve; null for a restore of the whole platform. */
  service: oneServiceSchema.nullable().default(null),
  /** Stores that it passes by, with what there is to say of each. */
  leftOut: z.array(leftOutSchema).default([]),
  /** Version of the head record that this restore will replace; null when there is none yet. */
  headVersion: z.string().nullable(),
  /** What the data root will be afterwards; what it is already, where one store is restored. */
  next: z.strictObject({ lineage: z.string(), generation: z.number().int().positive(), host: z.string() }),
  phases: z.array(planPhaseSchema),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;
