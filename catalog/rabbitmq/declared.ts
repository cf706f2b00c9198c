import { z } from "zod";
import type { ManagementApi } from "./management-api.ts";

const args = z.record(z.string(), z.unknown()).default({});
const queue = z.looseObject({
  name: z.string(),
  vhost: z.string(),
  type: z.string().default("classic"),
  durable: z.boolean(),
  auto_delete: z.boolean().nullish(),
  exclusive: z.boolean().nullish(),
  arguments: args,
  messages: z.number().nullish(),
  /** Of quorum queues; below zero means none. */
  delivery_limit: z.union([z.number(), z.string()]).nullish(),
});
const exchange = z.looseObject({
  name: z.string(),
  vhost: z.string(),
  type: z.string(),
  durable: z.boolean(),
  auto_delete: z.boolean(),
  internal: z.boolean().default(false),
  arguments: args,
});
const binding = z.looseObject({
  source: z.string(),
  vhost: z.string(),
  destination: z.string(),
  destination_type: z.string(),
  routing_key: z.string(),
  arguments: args,
  properties_key: z.string(),
});
const policy = z.looseObject({
  name: z.string(),
  vhost: z.string(),
  pattern: z.string(),
  "apply-to": z.string(),
  priority: z.number(),
  definition: z.record(z.string(), z.unknown()),
});
const vhost = z.looseObject({
  name: z.string(),
  tracing: z.boolean().optional(),
  default_queue_type: z.string().optional(),
});
const user = z.looseObject({
  name: z.string(),
  tags: z.union([z.string(), z.array(z.string())]),
  limits: z.unknown(),
});
const permission = z.looseObject({ user: z.string(), vhost: z.string() });
const parameter = z.looseObject({
  component: z.string(),
  name: z.string(),
  vhost: z.string(),
  value: z.unknown(),
});
const globalParameter = z.looseObject({ name: z.string(), value: z.unknown() });
const limits = z.looseObject({ vhost: z.string(), value: z.unknown() });

export type Queue = z.infer<typeof queue>;
export type Exchange = z.infer<typeof exchange>;
export type Binding = z.infer<typeof binding>;
export type Policy = z.infer<typeof policy>;

/** Everything that is declared in a node, as its management API tells it. */
export interface Declared {
  readonly vhosts: readonly z.infer<typeof vhost>[];
  readonly limits: readonly z.infer<typeof limits>[];
  readonly queues: readonly Queue[];
  readonly exchanges: readonly Exchange[];
  readonly bindings: readonly Binding[];
  readonly policies: readonly Policy[];
  readonly operatorPolicies: readonly Policy[];
  readonly parameters: readonly z.infer<typeof parameter>[];
  readonly globalParameters: readonly z.infer<typeof globalParameter>[];
  readonly users: readonly z.infer<typeof user>[];
  readonly permissions: readonly z.infer<typeof permission>[];
  readonly topicPermissions: readonly z.infer<typeof permission>[];
}

/** Many queues take their time. */
const answerLimitMs = 60_000;

/** @throws ZodError when the answers are not as RabbitMQ documents them */
export async function readDeclared(api: ManagementApi): Promise<Declared> {
  const list = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>[]> =>
    z.array(schema).parse(await api.get(path, answerLimitMs));
  return {
    vhosts: await list("vhosts", vhost),
    limits: await list("vhost-limits", limits),
    // Without this, and without statistics, no number of messages is told.
    queues: await list("queues?disable_stats=true&enable_queue_totals=true", queue),
    exchanges: await list("exchanges", exchange),
    bindings: await list("bindings", binding),
    policies: await list("policies", policy),
    operatorPolicies: await list("operator-policies", policy),
    parameters: await list("parameters", parameter),
    globalParameters: await list("global-parameters", globalParameter),
    users: await list("users", user),
    permissions: await list("permissions", permission),
    topicPermissions: await list("topic-permissions", permission),
  };
}
