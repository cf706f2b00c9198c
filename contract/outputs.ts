import { z } from "zod";

const port = z.number().int().min(1).max(65_535);

/**
 * What `pulumi up` tells the operator's commands. No secret in it: it may be printed, saved and shipped off-site. The version
 * changes when a field is renamed or dropped.
 */
export const stackOutputsSchema = z.strictObject({
  version: z.literal(2),
  stack: z.string(),
  host: z.strictObject({ address: z.string(), port, user: z.string(), hostKey: z.string() }),
  /** Ports on the host itself; an emulated machine maps them elsewhere. */
  edge: z.strictObject({ serverName: z.string(), http: port, https: port }),
  /** What was asked for; an application of a closed stack has 0 replicas. */
  services: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["stateful", "stateless", "files"]),
      image: z.string(),
      replicas: z.number().int().nonnegative(),
    }),
  ),
  /** Services of the catalog that are switched off, and why. */
  off: z.array(z.strictObject({ name: z.string(), why: z.string() })).default([]),
  offsite: z.strictObject({
    endpoint: z.string(),
    bucket: z.string(),
    prefix: z.string(),
    region: z.string(),
  }),
  backups: z.strictObject({ pointEvery: z.string(), shipEvery: z.string() }),
  closed: z.boolean(),
  /** The one command to run next; null when there is nothing to do, or an older program declared the stack. */
  next: z.string().nullable().default(null),
});
export type StackOutputs = z.infer<typeof stackOutputsSchema>;
