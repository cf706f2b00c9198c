import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { ManagementApi } from "../../../catalog/rabbitmq/management-api.ts";
import { rabbitmq as definition } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { rabbitmqImage } from "../../../local/images/rabbitmq/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { take, tryInventory } from "../support/inventory-trial.ts";
import { StoreContainers } from "../support/store-container.ts";

type Client = { readonly api: ManagementApi };

const secrets = {
  "admin-password": "Admin-Password_0123456789",
  "app-password": "App-Password_0123456789",
  "erlang-cookie": "Erlang-Cookie_0123456789",
};
const containers = await StoreContainers.open("rabbitmq-inventory");
after(() => containers.remove());

/** As a person would by the management API: what an import of definitions declares. */
const declare =
  (definitions: object) =>
  async ({ api }: Client): Promise<unknown> =>
    api.post("definitions", definitions);
const remove =
  (...paths: readonly string[]) =>
  async ({ api }: Client): Promise<void> => {
    for (const path of paths) await api.delete(path);
  };
const publish =
  (vhost: string, key: string, payload: string, properties: object = { delivery_mode: 2 }) =>
  async ({ api }: Client): Promise<unknown> =>
    api.post(`exchanges/${encodeURIComponent(vhost)}/amq.default/publish`, {
      ...{ routing_key: key, payload, payload_encoding: "string", properties },
    });
/** Takes the oldest message for good. */
const drop =
  (vhost: string, queue: string) =>
  async ({ api }: Client): Promise<unknown> =>
    api.post(`queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queue)}/get`, {
      ...{ count: 1, ackmode: "ack_requeue_false", encoding: "auto" },
    });
const inOrder =
  (...steps: readonly ((client: Client) => Promise<unknown>)[]) =>
  async (client: Client): Promise<void> => {
    for (const step of steps) await step(client);
  };

const vhost = "a/ب";
const queue = (name: string, more: object = {}) => ({
  ...{ name, vhost, durable: true, auto_delete: false, arguments: {} },
  ...more,
});
const odd = queue("طلب/x.$ y", { arguments: { "x-queue-type": "quorum" } });
const classic = queue("classic");
const binding = {
  ...{ source: "topics", vhost, destination: "classic", destination_type: "queue" },
  ...{ routing_key: "a.*", arguments: {} },
};
const policy = {
  ...{ name: "p", vhost, pattern: "^classic", "apply-to": "queues", priority: 1 },
  definition: { "max-length": 1_000 },
};
const users = { users: [{ name: "reports", password: "a-password-of-somebody", tags: ["monitoring"] }] };
const rights = { permissions: [{ user: "reports", vhost, configure: "^$", write: "^$", read: ".*" }] };

const populate = inOrder(
  declare({
    vhosts: [{ name: vhost }],
    permissions: [{ user: "admin", vhost, configure: ".*", write: ".*", read: ".*" }],
  }),
  declare({
    queues: [
      odd,
      classic,
      queue("stream", { arguments: { "x-queue-type": "stream" } }),
      queue("transient", { durable: false }),
      queue("auto", { auto_delete: true }),
      queue("ttl", {
        arguments: {
          "x-message-ttl": 5_000,
          "x-dead-letter-exchange": "",
          "x-dead-letter-routing-key": "late",
        },
      }),
      queue("late"),
      queue("plain"),
    ],
    exchanges: [
      {
        name: "topics",
        vhost,
        type: "topic",
        durable: true,
        auto_delete: false,
        internal: false,
        arguments: {},
      },
    ],
    bindings: [binding],
    policies: [policy],
    ...users,
    ...rights,
  }),
  ...["one", "two"].map((text) => publish(vhost, odd.name, text)),
  ...["one", "two"].map((text) => publish(vhost, "classic", text)),
  publish(vhost, "classic", "gone with a restart", { delivery_mode: 1 }),
  publish(vhost, "stream", "one"),
  publish(vhost, "ttl", "late"),
);

const at = (...names: readonly string[]): string => ["vhost", "a%2Fب", ...names].join("/");
const path = (name: string) => `queues/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`;

test("all of RabbitMQ: a vhost with a slash, queues of each type; untouched after a crash; each alteration by its name", async () => {
  const image = (await localImage(rabbitmqImage, silentProgress)).reference;
  const { wanted, store } = await tryInventory<Client>({
    definition,
    containers,
    image,
    secrets,
    populate,
    alterations: [
      {
        what: "equal count and size",
        change: inOrder(
          drop(vhost, odd.name),
          drop(vhost, odd.name),
          publish(vhost, odd.name, "two"),
          publish(vhost, odd.name, "two"),
        ),
        undo: inOrder(
          drop(vhost, odd.name),
          drop(vhost, odd.name),
          publish(vhost, odd.name, "one"),
          publish(vhost, odd.name, "two"),
        ),
        named: [`rabbitmq: messages: ${at("queue", "طلب%2Fx.$ y", "messages")}`],
      },
      {
        what: "a queue that nobody knows",
        change: declare({ queues: [queue("new")] }),
        undo: remove(path("new")),
        named: [`rabbitmq: queues: ${at("queue", "new")}`],
      },
      {
        what: "a queue with other arguments",
        change: inOrder(
          remove(path("plain")),
          declare({ queues: [queue("plain", { arguments: { "x-max-length": 7 } })] }),
        ),
        undo: inOrder(remove(path("plain")), declare({ queues: [queue("plain")] })),
        named: [`rabbitmq: queues: ${at("queue", "plain")}`],
      },
      {
        what: "a binding",
        change: remove(`bindings/${encodeURIComponent(vhost)}/e/topics/q/classic/a.*`),
        undo: declare({ bindings: [binding] }),
        named: [`rabbitmq: bindings: ${at("binding", "topics", "queue", "classic", "a.*")}`],
      },
      {
        what: "a policy",
        change: declare({ policies: [{ ...policy, definition: { "max-length": 999 } }] }),
        undo: declare({ policies: [policy] }),
        named: [`rabbitmq: policies: ${at("policy", "p")}`],
      },
      {
        what: "a user's tags",
        change: declare({ users: [{ ...users.users[0], tags: ["administrator"] }] }),
        undo: declare(users),
        named: ["rabbitmq: users: user/reports"],
      },
      {
        what: "a user's rights",
        change: declare({ permissions: [{ ...rights.permissions[0], write: ".*" }] }),
        undo: declare(rights),
        named: ["rabbitmq: permissions: user/reports/vhost/a%2Fب"],
      },
    ],
  });
  const found = compareInventories(wanted, await take({ definition }, store));
  assert.ok(
    found.tolerated.includes(
      `rabbitmq: queues: ${at("queue", "transient")}: gone by itself: not durable, so it is gone with a restart`,
    ),
    found.tolerated.join("\n"),
  );
  assert.ok(found.notCovered.some((sentence) => sentence.includes(at("queue", "stream", "messages"))));
  assert.equal(wanted.entries[at("queue", "stream", "messages")]?.count, 1);
  assert.ok(!JSON.stringify(wanted).includes("a-password-of-somebody"));
  // Not where somebody still uses the store: each look counts as a delivery, and twenty lose the message.
  const live = await take({ definition }, store, { disposable: false });
  const messages = live.entries[at("queue", "طلب%2Fx.$ y", "messages")];
  assert.deepEqual([messages?.count, messages?.digest], [2, undefined]);
});
