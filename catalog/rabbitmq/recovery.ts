import { z } from "zod";
import type { Grants } from "../../contract/grants.ts";
import type { Recovery, StoreAddress } from "../recovery.ts";
import { loginName } from "../login-name.ts";
import { amqpLogin } from "./amqp-login.ts";
import { checkTopology } from "./check-topology.ts";
import definitions from "./files/definitions.json" with { type: "json" };
import { rabbitmqInventory } from "./inventory.ts";
import { ManagementApi } from "./management-api.ts";
import { dumpDefinitions, judgeDefinitionsHere, loadDefinitions, selectDefinitions } from "./portable.ts";
import { messagesByMetrics } from "./queue-metrics.ts";
import { formerLogins, undeclaredPermissions, usersWithRights, type RabbitmqPasswords } from "./users.ts";
import { rabbitmqFollows } from "./versions.ts";

/** The administrator's way in, with the passwords that the users have to have. */
interface Client {
  readonly host: string;
  readonly api: ManagementApi;
  readonly passwords: RabbitmqPasswords;
  /** Undefined where nothing is known of them: then nothing is taken away. */
  readonly grants: Grants | undefined;
}

const amqpPort = 5672;
const connectLimitMs = 5_000;
const peekLimitMs = 18_000;

/** How the agent writes to RabbitMQ, asks it and mends it: as `admin`, by its management API, over the loopback of its own task. */
export const rabbitmqRecovery: Recovery<Client> = {
  objectives: { rpo: "15m", rto: "1h" },
  follows: rabbitmqFollows,
  connect,
  async close() {},

  async version({ api }) {
    const { rabbitmq_version } = z.object({ rabbitmq_version: z.string() }).parse(await api.get("overview"));
    return rabbitmq_version;
  },

  async setup(client) {
    const { api, passwords, grants } = client;
    await api.post("definitions", { ...definitions, ...usersWithRights(passwords, grants) });
    await dropUndeclared(client);
    // An import says nothing when what is there differs, and leaves it as it is.
    checkTopology(definitions, await api.get("definitions"));
  },

  retire: dropFormerLogins,

  accepts({ host }, secret, password) {
    const user = secret === "app-password" ? loginName("app", password) : "admin";
    return amqpLogin({ host, port: amqpPort }, user, password);
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
          "rabbitmq: the queue canary is missing, so the canary went nowhere: run `./kaleem up`",
        );
      }
    },
    read: async ({ api }) => (await peek(api, "canary", 10)).at(-1) ?? null,
  },

  inventory: ({ host, api }, request) => rabbitmqInventory(api, request, messagesByMetrics(host)),

  portable: {
    dump: {
      file: { prefix: "defs-", suffix: ".json" },
      at: ["02:20"],
      text: ({ api }) => dumpDefinitions(api),
    },
    judge: ({ api }, source) => judgeDefinitionsHere(api, source),
    load: { client: ({ api }, source, file) => loadDefinitions(api, source, file) },
    select: selectDefinitions,
  },

  async resetUsers(client) {
    const { api, passwords, grants } = client;
    await api.post("definitions", usersWithRights(passwords, grants));
    await dropFormerLogins(client);
    await dropUndeclared(client);
  },
};

const held = z.array(z.object({ user: z.string(), vhost: z.string() }));
const named = z.array(z.object({ name: z.string() }));

async function connect({ host, secrets, grants }: StoreAddress): Promise<Client> {
  const passwords = { admin: secrets["admin-password"] ?? "", app: secrets["app-password"] ?? "" };
  for (const [user, password] of Object.entries(passwords)) {
    if (password === "") throw new Error(`rabbitmq: the secret ${user}-password is empty`);
  }
  const api = new ManagementApi(host, "admin", passwords.admin);
  // The administrator's is set during the start: before its end the present one may still be refused.
  await api.get("health/checks/ready-to-serve-clients", connectLimitMs);
  await api.get("whoami", connectLimitMs);
  return { host, api, passwords, grants };
}

/** Removes the applications' logins with earlier passwords. RabbitMQ closes the connections of whoever still uses one. */
async function dropFormerLogins({ api, passwords }: Client): Promise<void> {
  const names = named.parse(await api.get("users")).map(({ name }) => name);
  for (const name of formerLogins(names, passwords)) await api.delete(`users/${encodeURIComponent(name)}`);
}

/** Takes away what applications may in virtual hosts that `uses` no longer names: former logins' too, at once. */
async function dropUndeclared({ api, grants }: Client): Promise<void> {
  if (grants === undefined) return;
  for (const { user, vhost } of undeclaredPermissions(held.parse(await api.get("permissions")), grants))
    await api.delete(`permissions/${encodeURIComponent(vhost)}/${encodeURIComponent(user)}`);
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
