import { z } from "zod";

/** Where a point may come from; `any` prefers the local copy, which is the nearer one. */
export const sourceSchema = z.enum(["any", "local", "offsite"]);

/** What an operator asks of a restore. The command line builds it, the agent reads it from stdin. */
export const restoreRequestSchema = z.strictObject({
  /**
   * `latest`, a point's id (or its unique ending), a time with its zone (the newest point at or before it), or `before N`: the newest point
   * of before deployment N began, as `./kaleem deployments` numbers them.
   */
  at: z.string().min(1).default("latest"),
  from: sourceSchema.default("any"),
  /** Allows points of this lineage instead of the head's. */
  lineage: z.string().min(1).nullable().default(null),
  /** Allows an empty host to take the place of this other stack, whose bucket it uses. */
  ofStack: z.string().min(1).nullable().default(null),
  /** The one store to restore while the others serve; null for all of them, with the platform closed. */
  service: z.string().min(1).nullable().default(null),
  /** The restore of one store that is undone: its id, or `latest`. What it moved aside is put back; no point is asked then. */
  undo: z.string().min(1).nullable().default(null),
  /** Allows replacing the data of a data root that has a lineage. */
  overExisting: z.boolean().default(false),
  /** Allows taking the platform back from the host that superseded this one. */
  takeOver: z.boolean().default(false),
  /** False leaves out the safety point: for stores that run but cannot be copied. */
  safetyPoint: z.boolean().default(true),
  /** Forgets an unfinished restore instead of resuming it. */
  fromScratch: z.boolean().default(false),
  /** Stores that only one of the point and the platform has, and that are to be passed by. */
  leaveOut: z.array(z.string().min(1)).default([]),
  /** Findings of the verification that do not fail the restore: names as it prints them, or families such as `redis: keys`. */
  accept: z.array(z.string().min(1)).default([]),
  /** A point that was never proven is not proven now: what was restored is then held against no inventory. */
  withoutProof: z.boolean().default(false),
  /** Only says what would be done. */
  planOnly: z.boolean().default(false),
});
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;

/** What of a request decides the plan: two requests that agree in this may resume one another. */
export const planRequestSchema = restoreRequestSchema.pick({
  at: true,
  from: true,
  lineage: true,
  service: true,
  undo: true,
});
export type PlanRequest = z.infer<typeof planRequestSchema>;
