import { z } from "zod";
import type { Recovery, StoreAddress } from "../definition.ts";
import { checkTopology } from "./check-topology.ts";
import definitions from "./files/definitions.json" with { type: "json" };
import { isTimeout, ManagementApi } from "./management-api.ts";

/** The administrator's way in, with the passwords that the users have to have. */
interface Client {
  readonly api: ManagementApi;
  readonly users: readonly User[];
  /** What lay in the queues when orders were first asked for: one look serves all questions of a connection. */
  queuedOrders?: Promise<ReadonlyMap<string, unknown>>;
}

interface User {
  readonly name: string;
  readonly password: string;
  readonly tags: readonly string[];
}

const connectLimitMs = 5_000;
/** Far more than lies in a queue whose worker runs. Each one looked at is taken and given back, both through the queue's log. */
const mostMessages = 1_000;
const peekLimitMs = 18_000;

/** How the agent writes to RabbitMQ, asks it and mends it: as `admin`, by its management API, over the loopback of its own task. */
export const rabbitmqRecovery: Recovery<Client> = {
  objectives: { rpo: "15m", rto: "1h" },
  connect,
  async close() {},

  async version({ api }) {
    const { rabbitmq_version } = z.object({ rabbitmq_version: z.string() }).parse(await api.get("overview"));
    return rabbitmq_version;
  },

  async setup({ api, users }) {
    await api.post("definitions", { ...definitions, users });
    // An import says nothing when what is there differs, and leaves it as it is.
    checkTopology(definitions, await api.get("definitions"));
  },

  canary: {
    // The queue holds one message: publishing drops the one before. The answer comes with RabbitMQ's confirmation.
    async write({ api }, mark) {
      const message = { routing_key: "canary", payload: mark, payload_encoding: "string" };
      const answer = await api.post("exchanges/%2F/amq.default/publish", {
        ...message,
        properties: { delivery_mode: 2 },
      });
      if (!z.object({ routed: z.boolean() }).parse(answer).routed) {
        throw new Error(
          "rabbitmq: the queue canary is missing, so the canary went nowhere: run `npm run up`",
        );
      }
    },
    read: async ({ api }) => (await peek(api, "canary", 10)).at(-1) ?? null,
  },

  // Messages come and go between two counts, and their number is told some seconds late: what is declared is counted.
  async counts({ api }, limitMs) {
    try {
      const { users, queues, exchanges, bindings } = declared.parse(await api.get("definitions", limitMs));
      return {
        users: users.length,
        queues: queues.length,
        // RabbitMQ's own are not all there before the second start.
        exchanges: exchanges.filter(({ name }) => !name.startsWith("amq.")).length,
        bindings: bindings.length,
      };
    } catch (error) {
      if (isTimeout(error)) return { users: null, queues: null, exchanges: null, bindings: null };
      throw error;
    }
  },

  // The start has set them already; this mends what was changed by hand since.
  async reconcile({ api, users }) {
    const { vhosts, permissions } = definitions;
    await api.post("definitions", { users, vhosts, permissions });
  },

  async orders(client, ids) {
    client.queuedOrders ??= queuedOrders(client.api);
    const queued = await client.queuedOrders;
    return new Map(ids.flatMap((id) => (queued.has(id) ? [[id, queued.get(id)]] : [])));
  },
  // Its receipt is written, and the message gone.
  ordersMayBeIn: "minio",
};

const declared = z.object({
  users: z.array(z.unknown()),
  queues: z.array(z.unknown()),
  exchanges: z.array(z.object({ name: z.string() })),
  bindings: z.array(z.unknown()),
});

async function connect({ host, secrets }: StoreAddress): Promise<Client> {
  const users = [
    { name: "admin", password: secrets["admin-password"] ?? "", tags: ["administrator"] },
    { name: "app", password: secrets["app-password"] ?? "", tags: [] },
  ];
  for (const { name, password } of users) {
    if (password === "") throw new Error(`rabbitmq: the secret ${name}-password is empty`);
  }
  const api = new ManagementApi(host, "admin", secrets["admin-password"] ?? "");
  // Users are set during the start: before its end a present password may still be refused.
  await api.get("health/checks/ready-to-serve-clients", connectLimitMs);
  await api.get("whoami", connectLimitMs);
  return { api, users };
}

/** Messages at the head of a queue, at most `most`, oldest first. All are given back, and keep their order. */
async function peek(api: ManagementApi, queue: string, most: number): Promise<readonly string[]> {
  const answer = await api.post(
    `queues/%2F/${queue}/get`,
    { count: most, ackmode: "reject_requeue_true", encoding: "base64" },
    peekLimitMs,
  );
  return z
    .array(z.object({ payload: z.string() }))
    .parse(answer)
    .map(({ payload }) => Buffer.from(payload, "base64").toString());
}

/** The orders whose receipts are still to be written, also those that a worker gave up on. */
async function queuedOrders(api: ManagementApi): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  for (const queue of ["dead", "receipts"]) {
    const messages = await peek(api, queue, mostMessages);
    if (messages.length === mostMessages) {
      throw new Error(
        `rabbitmq: the queue ${queue} holds ${mostMessages} messages or more, too many to look for orders in: let the workers catch up`,
      );
    }
    for (const message of messages) {
      const order = parseOrder(message);
      if (order !== null) found.set(order.id, order);
    }
  }
  return found;
}

/** Null for what is no order, such as a webhook that was given up on. */
function parseOrder(message: string): { readonly id: string } | null {
  try {
    return z.looseObject({ id: z.string() }).safeParse(JSON.parse(message)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
