import { z } from "zod";
import type { Entry } from "../inventory/inventory.ts";
import { canonicalJson } from "../inventory/options-text.ts";
import type { InventoryRecorder } from "../inventory/recorder.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { Tally } from "../inventory/tally.ts";
import type { Queue } from "./declared.ts";
import type { ManagementApi } from "./management-api.ts";
import { queuePath } from "./paths.ts";
import type { QueueFate } from "./queue-fate.ts";

const message = z.object({
  payload: z.string(),
  payload_bytes: z.number(),
  exchange: z.string(),
  routing_key: z.string(),
  message_count: z.number(),
  // An empty one comes as a list.
  properties: z.union([z.looseObject({}), z.array(z.never())]),
});
type Message = z.infer<typeof message>;

/** RabbitMQ counts them here each time that a message is looked at. */
const countedAtEachLook = ["x-delivery-count", "x-acquired-count"];
/** All that are looked at lie in the node's memory at once, and in ours. */
const mostAtOnce = 1_000;
const mostBytes = 16 * 2 ** 20;
const lookLimitMs = 30_000;

/** How many messages a queue says that it has; null when it does not say. */
export type MessageCount = (queue: Queue) => Promise<number | null>;

/**
 * A queue's messages: how many, and of those at its head the digests. RabbitMQ shows only the head, and counts each look as a
 * delivery: where a message would be dropped after some of them, its content is looked at on a copy only. Never of streams.
 */
export async function messagesOf(
  api: ManagementApi,
  recorder: InventoryRecorder,
  queue: Queue,
  fate: QueueFate,
  count: MessageCount,
): Promise<Entry> {
  const tally = new Tally(recorder.takenAtMs);
  const looked = mayLook(queue, recorder) ? await look(api, queue, recorder) : null;
  const total = looked?.total ?? (await count(queue));
  if (total === null) return { kind: "messages", count: null };
  // A message that expires may do so at any moment: nobody knows how long it has been there.
  const due = recorder.takenAtMs;
  for (const one of looked?.messages ?? []) {
    const goes = fate.messagesExpire || expiresItself(one) || isTransient(one, queue);
    tally.add({ bytes: one.payload_bytes, hash: hashMessage(one), dueMs: goes ? due : undefined });
  }
  const seen = tally.items;
  for (let rest = seen; rest < total; rest += 1)
    tally.add({ bytes: 0, dueMs: fate.messagesExpire ? due : undefined });
  const sample = looked === null ? null : seen === total ? "all" : { first: seen, last: 0 };
  return tally.entry("messages", { sample, why: "messages that expire, or that a restart drops" });
}

/** A queue without a limit of deliveries loses nothing by being looked at. */
function mayLook(queue: Queue, { request, leftMs }: InventoryRecorder): boolean {
  if (queue.type === "stream" || queue.exclusive === true || leftMs <= 0) return false;
  if (queue.type !== "quorum" || request.disposable === true) return true;
  return Number(queue.delivery_limit) < 0;
}

async function look(
  api: ManagementApi,
  queue: Queue,
  recorder: InventoryRecorder,
): Promise<{ readonly messages: readonly Message[]; readonly total: number }> {
  const [first] = await get(api, queue, 1);
  if (first === undefined) return { messages: [], total: 0 };
  const total = first.message_count + 1;
  const other = recorder.sampleOfOther(`${queuePath(queue.vhost, queue.name)}/messages`);
  const most = typeof other === "object" && "first" in other ? other.first : sizedBy(first, total);
  const messages = await get(api, queue, Math.min(most, total));
  return { messages, total };
}

/** By the size of the first: a queue's messages are mostly of one kind. */
function sizedBy({ payload_bytes }: Message, total: number): number {
  return Math.max(1, Math.min(total, mostAtOnce, Math.floor(mostBytes / Math.max(1, payload_bytes))));
}

async function get(api: ManagementApi, { vhost, name }: Queue, count: number): Promise<Message[]> {
  const path = `queues/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}/get`;
  const asked = { count, ackmode: "reject_requeue_true", encoding: "base64" };
  return z.array(message).parse(await api.post(path, asked, lookLimitMs));
}

function propertiesOf({ properties }: Message): Readonly<Record<string, unknown>> {
  return Array.isArray(properties) ? {} : properties;
}

function expiresItself(one: Message): boolean {
  return propertiesOf(one)["expiration"] !== undefined;
}

/** Quorum queues keep every message; classic ones those that asked for it. */
function isTransient(one: Message, { type }: Queue): boolean {
  return type === "classic" && propertiesOf(one)["delivery_mode"] !== 2;
}

function hashMessage(one: Message): Buffer {
  const { headers, ...others } = propertiesOf(one);
  const own = Object.entries((headers ?? {}) as Record<string, unknown>)
    .filter(([name]) => !countedAtEachLook.includes(name))
    .map(([name, value]): [string, unknown] => [name, name === "x-death" ? withoutTimes(value) : value]);
  const properties = { ...others, ...(own.length === 0 ? {} : { headers: Object.fromEntries(own) }) };
  return hashOf(one.exchange, one.routing_key, canonicalJson(properties), Buffer.from(one.payload, "base64"));
}

/** One message that expires in two copies of the same data does so at two moments. */
function withoutTimes(deaths: unknown): unknown {
  if (!Array.isArray(deaths)) return deaths;
  return deaths.map((death: object) => ({ ...death, time: undefined }));
}
