import { z } from "zod";

const names = z.array(z.string().min(1));

/** What the applications' user may do in each store; nothing where a store is left out. */
export const grantsSchema = z.strictObject({
  mongo: z
    .strictObject({
      /** Read and written; `*` is every one. */
      databases: names,
    })
    .optional(),
  redis: z
    .strictObject({
      /** Patterns of Redis' ACL, such as `session:*`. */
      keys: names,
      channels: names,
      scripts: z.boolean(),
    })
    .optional(),
  rabbitmq: z
    .strictObject({
      /** One for each virtual host: patterns of names. */
      permissions: z.array(
        z.strictObject({ vhost: z.string(), configure: z.string(), write: z.string(), read: z.string() }),
      ),
    })
    .optional(),
  minio: z
    .strictObject({
      /** Made where they are missing. */
      buckets: names,
      /** Those of them in which objects may be deleted, too. */
      deletable: names,
    })
    .optional(),
});
export type Grants = z.infer<typeof grantsSchema>;
