import type { ManagementApi } from "../../../catalog/rabbitmq/management-api.ts";
import type { StoreFault, StoreSubject } from "../fault.ts";

type Client = { readonly api: ManagementApi };
type Work = (client: Client) => Promise<unknown>;

/** As a person would by the management API: what an import of definitions declares. */
const declare =
  (definitions: object): Work =>
  ({ api }) =>
    api.post("definitions", definitions);
const remove =
  (path: string): Work =>
  ({ api }) =>
    api.delete(path);
const publish =
  (to: string, payload: string, properties: object = { delivery_mode: 2 }): Work =>
  ({ api }) =>
    api.post(`exchanges/${encodeURIComponent(vhost)}/amq.default/publish`, {
      ...{ routing_key: to, payload, payload_encoding: "string", properties },
    });
/** Takes the oldest message for good. */
const drop =
  (from: string): Work =>
  ({ api }) =>
    api.post(`${pathOf(from)}/get`, { count: 1, ackmode: "ack_requeue_false", encoding: "auto" });
const inOrder =
  (...steps: readonly Work[]): Work =>
  async (client) => {
    for (const step of steps) await step(client);
  };

const vhost = "a/ب";
const pathOf = (name: string): string => `queues/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`;
const queue = (name: string, more: object = {}) => ({
  ...{ name, vhost, durable: true, auto_delete: false, arguments: {} },
  ...more,
});
const odd = queue("طلب/x.$ y", { arguments: { "x-queue-type": "quorum" } });
const binding = {
  ...{ source: "topics", vhost, destination: "classic", destination_type: "queue" },
  ...{ routing_key: "a.*", arguments: {} },
};
const policy = {
  ...{ name: "p", vhost, pattern: "^classic", "apply-to": "queues", priority: 1 },
  definition: { "max-length": 1_000 },
};
const user = { name: "reports", password: "a-password-of-somebody", tags: ["monitoring"] };
const rights = { user: "reports", vhost, configure: "^$", write: "^$", read: ".*" };
const at = (...names: readonly string[]): string => ["vhost", "a%2Fب", ...names].join("/");

const faults: readonly StoreFault<Client>[] = [
  {
    name: "rabbitmq-message-gone",
    what: "a quorum queue lacks a message",
    cause: "data-missing",
    check: "inventory: count",
    named: [`rabbitmq: messages: ${at("queue", "طلب%2Fx.$ y", "messages")}`],
    change: drop(odd.name),
  },
  {
    name: "rabbitmq-message-altered",
    what: "the messages of a classic queue are others, as many and as long",
    cause: "data-altered",
    check: "inventory: content",
    equalSize: true,
    named: [`rabbitmq: messages: ${at("queue", "classic", "messages")}`],
    change: inOrder(drop("classic"), drop("classic"), publish("classic", "two"), publish("classic", "owt")),
  },
  {
    name: "rabbitmq-queue-purged",
    what: "every message of a classic queue is gone",
    cause: "data-missing",
    check: "inventory: count",
    named: [`rabbitmq: messages: ${at("queue", "classic", "messages")}`],
    change: remove(`${pathOf("classic")}/contents`),
  },
  {
    name: "rabbitmq-queue-gone",
    what: "a queue is gone",
    cause: "data-missing",
    check: "inventory: missing",
    named: [`rabbitmq: queues: ${at("queue", "plain")}`],
    change: remove(pathOf("plain")),
  },
  {
    name: "rabbitmq-queue-made",
    what: "a queue that nobody declared",
    cause: "data-extra",
    check: "inventory: extra",
    named: [`rabbitmq: queues: ${at("queue", "new")}`],
    change: declare({ queues: [queue("new")] }),
  },
  {
    name: "rabbitmq-queue-arguments",
    what: "a queue of the same name has other arguments",
    cause: "data-altered",
    check: "inventory: options",
    named: [`rabbitmq: queues: ${at("queue", "plain")}`],
    change: inOrder(
      remove(pathOf("plain")),
      declare({ queues: [queue("plain", { arguments: { "x-max-length": 7 } })] }),
    ),
  },
  {
    name: "rabbitmq-binding-gone",
    what: "a binding is gone",
    cause: "data-missing",
    check: "inventory: missing",
    named: [`rabbitmq: bindings: ${at("binding", "topics", "queue", "classic", "a.*")}`],
    change: remove(`bindings/${encodeURIComponent(vhost)}/e/topics/q/classic/a.*`),
  },
  {
    name: "rabbitmq-policy-altered",
    what: "a policy lets a queue hold less",
    cause: "data-altered",
    check: "inventory: options",
    named: [`rabbitmq: policies: ${at("policy", "p")}`],
    change: declare({ policies: [{ ...policy, definition: { "max-length": 999 } }] }),
  },
  {
    name: "rabbitmq-user-tags",
    what: "a user has become an administrator",
    cause: "data-altered",
    check: "inventory: options",
    named: ["rabbitmq: users: user/reports"],
    change: declare({ users: [{ ...user, tags: ["administrator"] }] }),
  },
  {
    name: "rabbitmq-permissions",
    what: "a user may write",
    cause: "data-altered",
    check: "inventory: options",
    named: ["rabbitmq: permissions: user/reports/vhost/a%2Fب"],
    change: declare({ permissions: [{ ...rights, write: ".*" }] }),
  },
];

/** RabbitMQ: a vhost with a slash, queues of each type, odd and Arabic names, a policy, a user; messages that expire. */
export const rabbitmqSubject: StoreSubject<Client> = {
  store: "rabbitmq",
  populate: inOrder(
    declare({
      vhosts: [{ name: vhost }],
      permissions: [{ user: "admin", vhost, configure: ".*", write: ".*", read: ".*" }],
    }),
    declare({
      queues: [
        odd,
        queue("classic"),
        queue("stream", { arguments: { "x-queue-type": "stream" } }),
        queue("transient", { durable: false }),
        queue("auto", { auto_delete: true }),
        queue("ttl", {
          arguments: {
            "x-message-ttl": 300_000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "late",
          },
        }),
        queue("late"),
        queue("plain"),
      ],
      exchanges: [
        {
          ...{ name: "topics", vhost, type: "topic", durable: true },
          ...{ auto_delete: false, internal: false, arguments: {} },
        },
      ],
      bindings: [binding],
      policies: [policy],
      users: [user],
      permissions: [rights],
    }),
    ...["one", "two"].map((text) => publish(odd.name, text)),
    ...["one", "two"].map((text) => publish("classic", text)),
    publish("classic", "gone with a restart", { delivery_mode: 1 }),
    publish("stream", "one"),
    publish("ttl", "late"),
  ),
  faults,
};
