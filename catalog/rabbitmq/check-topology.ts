import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

const queue = z.object({
  name: z.string(),
  vhost: z.string(),
  durable: z.boolean(),
  arguments: z.record(z.string(), z.unknown()),
});
const exchange = queue.extend({ type: z.string() });
const binding = z.object({
  source: z.string(),
  vhost: z.string(),
  destination: z.string(),
  routing_key: z.string(),
});
const topology = z.object({
  queues: z.array(queue),
  exchanges: z.array(exchange),
  bindings: z.array(binding),
});

/**
 * Holds what RabbitMQ has against what is declared; what it has beside that is nobody's business. Pure.
 * @param wanted the definitions as declared
 * @param found the answer of `GET /api/definitions`
 * @throws Error that names every difference: RabbitMQ itself leaves a queue that differs as it is, and says nothing
 */
export function checkTopology(wanted: unknown, found: unknown): void {
  const [want, got] = [topology.parse(wanted), topology.parse(found)];
  const problems = [
    ...want.queues.flatMap((one) => differences("queue", one, got.queues)),
    ...want.exchanges.flatMap((one) => differences("exchange", one, got.exchanges)),
    ...want.bindings.flatMap((one) =>
      got.bindings.some((other) => isDeepStrictEqual(one, other))
        ? []
        : [`the exchange ${one.source} does not send ${one.routing_key} to ${one.destination}`],
    ),
  ];
  if (problems.length > 0) {
    throw new Error(
      `rabbitmq: ${problems.join("; ")}. An existing queue or exchange cannot be changed: when its messages are processed, delete it (\`rabbitmqctl delete_queue NAME\` in the container) and run \`./kaleem up\``,
    );
  }
}

function differences<One extends z.infer<typeof queue>>(
  kind: string,
  want: One,
  all: readonly One[],
): string[] {
  const got = all.find(({ name, vhost }) => name === want.name && vhost === want.vhost);
  if (got === undefined) return [`the ${kind} ${want.name} is missing`];
  if (isDeepStrictEqual(want, got)) return [];
  return [`the ${kind} ${want.name}: expected ${say(want)}, got ${say(got)}`];
}

function say(one: z.infer<typeof queue>): string {
  return JSON.stringify({ ...one, name: undefined, vhost: undefined });
}
