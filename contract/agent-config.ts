import { z } from "zod";
import { grantsSchema } from "./grants.ts";

/** How long points are kept. */
const retention = z.strictObject({
  daily: z.number().int().positive(),
  weekly: z.number().int().positive(),
  monthly: z.number().int().positive(),
  /** Every point younger than this is kept, such as `48h`. */
  within: z.string(),
});

/** What the agent is told by `pulumi up`: no secret in it, only where secrets lie. */
export const agentConfigSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  offsite: z.strictObject({
    /** Such as `https://ACCOUNT.r2.cloudflarestorage.com`. */
    endpoint: z.url(),
    bucket: z.string().min(3),
    /** Key prefix without slashes at its ends; may be empty. */
    prefix: z.string(),
    region: z.string(),
  }),
  /** The recovery kit that the stack's file is sealed to, by its public half. Absent where the stack names none. */
  kit: z.strictObject({ recipient: z.string() }).optional(),
  /** Stores, by catalog name; directories under the live root come from the catalog. */
  stores: z.array(z.string()),
  /** Services that are held at zero replicas while the data root has no lineage or being restored. */
  applications: z.array(
    z.strictObject({
      name: z.string(),
      replicas: z.number().int().nonnegative(),
      /** The stores that it uses. Absent where `up` of before wrote it, and for what the settings do not declare: it may use any. */
      uses: z.array(z.string()).optional(),
      /** Path in the container → directory under the live root: what it keeps, and what points hold of it. Absent where it keeps nothing. */
      data: z.record(z.string(), z.string().regex(/^[a-z0-9][a-z0-9-]*$/)).optional(),
    }),
  ),
  /** What the applications' user may do in each store. Absent where `up` of before wrote it: nothing is known of it. */
  grants: grantsSchema.optional(),
  /** Name of the edge's Swarm service, whose containers get HUP when the platform is closed or opened. */
  edge: z.string(),
  /** Services of the catalog that are switched off, and why: told by `status`, touched by nothing. */
  off: z.array(z.strictObject({ name: z.string(), why: z.string() })).default([]),
  /** Past this the containers are unpaused first and the point is reported as failed. */
  pauseLimitMs: z.number().int().positive(),
  /** For how long a total loss may reach back beyond the intervals: what a shipping may take. It is not ended after it. */
  shipTimeoutMs: z.number().int().positive(),
  /** How often points are taken, and how often it is looked for those that are not off-site, in milliseconds. Absent where `up` of before wrote it. */
  everyMs: z
    .strictObject({ pointEvery: z.number().int().positive(), shipEvery: z.number().int().positive() })
    .optional(),
  /** Whether each job tells a dead-man's-switch service when it begins and how it ends, by the url in `layout.pingUrl`. */
  pings: z.boolean().optional(),
  /** False where the images that run are not kept in the bucket. @default true */
  keepImages: z.boolean().optional(),
  /** What is dumped by the clock → at which times of the day in UTC, such as `02:10`. Absent where `up` of before wrote it: nothing is. */
  dumps: z.record(z.string(), z.array(z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/))).optional(),
  /** False where the oplog is not shipped off-site. @default true */
  shipOplog: z.boolean().optional(),
  /** Of the repository on this host. */
  retention,
  /** Of the off-site repository. @default `offsiteRetention` in recovery/restic/retention.ts */
  offsiteRetention: retention.optional(),
  /** For how long the bucket's lock holds what is new in it, in milliseconds; less than `offsiteRetention.within`. @default 14 days, in recovery/restic/retention.ts */
  lockForMs: z.number().int().positive().optional(),
});
export type AgentConfig = z.infer<typeof agentConfigSchema>;
