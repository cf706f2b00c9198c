import { setTimeout as delay } from "node:timers/promises";
import { entryPath, type Entry, type Inventory, type InventoryRequest } from "../inventory/inventory.ts";
import { canonicalJson, optionsText } from "../inventory/options-text.ts";
import { InventoryRecorder } from "../inventory/recorder.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { isLoginOf } from "../login-name.ts";
import { readDeclared, type Declared, type Queue } from "./declared.ts";
import definitions from "./files/definitions.json" with { type: "json" };
import type { ManagementApi } from "./management-api.ts";
import { queuePath } from "./paths.ts";
import { fateOf, type QueueFate } from "./queue-fate.ts";
import { messagesOf, type MessageCount } from "./queue-messages.ts";

/** Numbers of messages are some seconds old; after this much of nobody writing they are right. */
const numbersSettleMs = 7_000;
const declaredAtStart = "declared by the platform at every start";
/** Names the cluster itself, and is drawn anew with it. */
const ownGlobalParameters: ReadonlySet<string> = new Set(["internal_cluster_id"]);

/** Messages of each queue as RabbitMQ's metrics tell them: the only place where a stream's are told. Null for an unknown queue. */
export type TellMessages = (vhost: string, queue: string) => Promise<number | null>;

/**
 * What RabbitMQ holds: vhosts, exchanges, queues with their messages, bindings, policies, parameters, users with their tags and
 * rights. What a restart, a last consumer or a clock takes away is marked so, and what the platform declares at each start, too.
 */
export async function rabbitmqInventory(
  api: ManagementApi,
  request: InventoryRequest,
  tellMessages: TellMessages,
): Promise<Inventory> {
  const recorder = new InventoryRecorder("rabbitmq", request);
  const { rabbitmq_version: version } = (await api.get("overview")) as { rabbitmq_version: string };
  const declared = await readDeclared(api);
  const fates = new Map(declared.queues.map((queue) => [queue, fateOf(queue, declared)]));
  addVhosts(declared, recorder);
  addExchanges(declared, recorder);
  addBindings(declared, fates, recorder);
  const count = counter(api, recorder, tellMessages);
  for (const [queue, fate] of fates) {
    addQueue(queue, fate, recorder);
    const path = `${queuePath(queue.vhost, queue.name)}/messages`;
    const entry = await messagesOf(api, recorder, queue, fate, count);
    const feeds = fate.feeds.map((name) => `${queuePath(queue.vhost, name)}/messages`);
    recorder.add(path, feeds.length === 0 ? entry : { ...entry, feeds });
  }
  addPolicies(declared, recorder);
  addUsers(declared, recorder);
  return recorder.finish(version);
}

function counter(api: ManagementApi, recorder: InventoryRecorder, tellMessages: TellMessages): MessageCount {
  return async ({ vhost, name, type }) => {
    const early = recorder.takenAtMs + numbersSettleMs - Date.now();
    if (early > 0) await delay(early);
    if (type === "stream") return tellMessages(vhost, name);
    const path = `queues/${encodeURIComponent(vhost)}?disable_stats=true&enable_queue_totals=true`;
    const queues = (await api.get(path)) as readonly Pick<Queue, "name" | "messages">[];
    return queues.find((queue) => queue.name === name)?.messages ?? null;
  };
}

function addVhosts({ vhosts, limits }: Declared, recorder: InventoryRecorder): void {
  for (const { name, tracing, default_queue_type } of vhosts) {
    const limit = limits.find(({ vhost }) => vhost === name)?.value;
    recorder.add(entryPath("vhost", name), {
      kind: "vhosts",
      options: optionsText({ tracing, default_queue_type, limits: limit }),
      ...(isDeclared("vhosts", { name }) ? { mayCome: declaredAtStart } : {}),
    });
  }
}

function addExchanges({ exchanges }: Declared, recorder: InventoryRecorder): void {
  recorder.leaveOut("exchanges amq.* and the default one", "RabbitMQ's own, in every vhost");
  for (const { vhost, name, type, durable, auto_delete, internal, arguments: args } of exchanges) {
    if (name === "" || name.startsWith("amq.")) continue;
    recorder.add(entryPath("vhost", vhost, "exchange", name), {
      kind: "exchanges",
      options: optionsText({ type, durable, auto_delete, internal, arguments: args }),
      ...mayGo(exchangeGoes({ durable, auto_delete }), recorder),
      ...(isDeclared("exchanges", { name, vhost }) ? { mayCome: declaredAtStart } : {}),
    });
  }
}

function exchangeGoes(exchange: { durable: boolean; auto_delete: boolean }): QueueFate["goes"] {
  if (!exchange.durable) return { why: "not durable, so it is gone with a restart", afterMs: 0 };
  return exchange.auto_delete ? { why: "auto-delete, so it goes with its last binding", afterMs: 0 } : null;
}

function addBindings(
  { bindings, exchanges }: Declared,
  fates: ReadonlyMap<Queue, QueueFate>,
  recorder: InventoryRecorder,
): void {
  recorder.leaveOut("bindings of the default exchange", "each queue has one by its name");
  for (const {
    source,
    vhost,
    destination,
    destination_type,
    routing_key,
    arguments: args,
    properties_key,
  } of bindings) {
    if (source === "") continue;
    const ends = [source, ...(destination_type === "exchange" ? [destination] : [])];
    const goes = [
      ...exchanges.flatMap((one) =>
        one.vhost === vhost && ends.includes(one.name) ? [exchangeGoes(one)] : [],
      ),
      ...[...fates].flatMap(([queue, fate]) =>
        destination_type === "queue" && queue.vhost === vhost && queue.name === destination
          ? [fate.goes]
          : [],
      ),
    ].find((way) => way !== null);
    const path = entryPath(
      "vhost",
      vhost,
      "binding",
      source,
      destination_type,
      destination,
      decodeURIComponent(properties_key),
    );
    recorder.add(path, {
      kind: "bindings",
      options: optionsText({ routing_key, arguments: args }),
      ...mayGo(goes === undefined ? null : { ...goes, why: `of what may go: ${goes.why}` }, recorder),
      ...(isDeclared("bindings", { source, vhost, destination, destination_type, routing_key })
        ? { mayCome: declaredAtStart }
        : {}),
    });
  }
}

function addQueue(queue: Queue, { goes }: QueueFate, recorder: InventoryRecorder): void {
  const { vhost, name, type, durable, auto_delete, exclusive, arguments: args } = queue;
  recorder.add(queuePath(vhost, name), {
    kind: "queues",
    options: optionsText({
      type,
      durable,
      auto_delete: auto_delete ?? false,
      exclusive: exclusive ?? false,
      arguments: args,
    }),
    ...mayGo(goes, recorder),
    ...(isDeclared("queues", { name, vhost }) ? { mayCome: declaredAtStart } : {}),
  });
}

function mayGo(goes: QueueFate["goes"], { takenAtMs }: InventoryRecorder): Pick<Entry, "mayGo"> {
  if (goes === null) return {};
  return { mayGo: { why: goes.why, from: new Date(takenAtMs + goes.afterMs).toISOString() } };
}

/** Whether the definitions that every start imports have one with these facts. */
function isDeclared(
  kind: "vhosts" | "exchanges" | "queues" | "bindings",
  facts: Readonly<Record<string, unknown>>,
): boolean {
  const all: readonly Readonly<Record<string, unknown>>[] = definitions[kind];
  return all.some((one) => Object.entries(facts).every(([name, value]) => one[name] === value));
}

function addPolicies(declared: Declared, recorder: InventoryRecorder): void {
  for (const [kind, family, all] of [
    ["policy", "policies", declared.policies],
    ["operator-policy", "operator policies", declared.operatorPolicies],
  ] as const) {
    for (const { vhost, name, pattern, priority, definition, "apply-to": appliesTo } of all) {
      const options = optionsText({ pattern, priority, "apply-to": appliesTo, ...definition });
      recorder.add(entryPath("vhost", vhost, kind, name), { kind: family, options });
    }
  }
  for (const { vhost, component, name, value } of declared.parameters) {
    const path = entryPath("vhost", vhost, "parameter", component, name);
    recorder.add(path, { kind: "parameters", options: { value: concealed(value) } });
  }
  for (const { name, value } of declared.globalParameters) {
    if (ownGlobalParameters.has(name)) recorder.leaveOut(`global parameter ${name}`, "of this cluster alone");
    else
      recorder.add(entryPath("parameter", name), {
        kind: "parameters",
        options: { value: concealed(value) },
      });
  }
}

/** A shovel's or an upstream's value holds a URI, which may hold a password: it is left out even of the digest. */
function concealed(value: unknown): string {
  const text = canonicalJson(value).replaceAll(/\/\/[^/@"\s]*@/g, "//");
  return `sha256:${hashOf(text).toString("hex")}`;
}

function addUsers({ users, permissions, topicPermissions }: Declared, recorder: InventoryRecorder): void {
  for (const { name, tags, limits } of users) {
    if (name === "admin" || isLoginOf("app", name)) {
      recorder.leaveOut(`user ${name}`, "set by the platform at every start and restore");
      continue;
    }
    const list = Array.isArray(tags) ? tags : tags.split(",");
    recorder.add(entryPath("user", name), {
      kind: "users",
      options: optionsText({ tags: [...list].sort(), limits: limits ?? {} }),
    });
    const rights = [
      ...permissions.filter(({ user }) => user === name),
      ...topicPermissions.filter(({ user }) => user === name),
    ];
    for (const { vhost, ...facts } of rights) {
      const topic = typeof facts["exchange"] === "string" ? [facts["exchange"]] : [];
      const path = entryPath(
        "user",
        name,
        "vhost",
        vhost,
        ...topic.flatMap((exchange) => ["topic", exchange]),
      );
      recorder.add(path, { kind: "permissions", options: optionsText({ ...facts, user: undefined }) });
    }
  }
}
