import { z } from "zod";
import { entryPath, type Entry, type Inventory, type InventoryRequest } from "../inventory/inventory.ts";
import { canonicalJson, optionsText } from "../inventory/options-text.ts";
import { InventoryRecorder } from "../inventory/recorder.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { shareBudget, type Extent } from "../inventory/share-budget.ts";
import { Tally } from "../inventory/tally.ts";
import type { QdrantClient } from "./qdrant-client.ts";

const named = z.object({ collections: z.array(z.object({ name: z.string() })) });
const described = z.object({
  config: z.record(z.string(), z.unknown()),
  payload_schema: z.record(z.string(), z.looseObject({ points: z.number().optional() })).default({}),
});
const aliases = z.object({
  aliases: z.array(z.object({ alias_name: z.string(), collection_name: z.string() })),
});
const counted = z.object({ count: z.number() });
const page = z.object({
  points: z.array(z.looseObject({ id: z.union([z.number(), z.string()]) })),
  next_page_offset: z.union([z.number(), z.string()]).nullish(),
});

/** A collection that is still loading answers late. */
const answerLimitMs = 60_000;
const pageBytes = 4 * 2 ** 20;
const firstPage = 64;
const largestPage = 1_000;

/**
 * What Qdrant holds: each collection with its configuration, payload indexes, every point's id, vectors and payload; aliases. Points
 * come in the order of their ids; beyond the limits the first ones are hashed.
 * @param made collections that the platform makes where they are missing
 */
export async function qdrantInventory(
  client: QdrantClient,
  request: InventoryRequest,
  made: readonly string[],
): Promise<Inventory> {
  const recorder = new InventoryRecorder("qdrant", request);
  const { version } = z.object({ version: z.string() }).parse(await ask(client, "GET", "/"));
  const { collections } = named.parse(await ask(client, "GET", "/collections"));
  const names = collections.map(({ name }) => name).sort();
  const counts = new Map<string, Extent>();
  for (const name of names) {
    await addCollection(client, recorder, name, made);
    counts.set(name, await extentOf(client, name));
  }
  const shares = shareBudget(counts, request.bytes);
  for (const name of names) {
    const path = entryPath("collection", name, "points");
    const other = recorder.sampleOfOther(path);
    const most =
      typeof other === "object" && "first" in other
        ? other.first
        : other === "all"
          ? "all"
          : shares.get(name);
    recorder.add(path, await pointsOf(client, recorder, name, counts.get(name)?.items ?? 0, most ?? "all"));
  }
  const told = aliases.parse(await ask(client, "GET", "/aliases"));
  for (const { alias_name, collection_name } of told.aliases) {
    recorder.add(entryPath("alias", alias_name), {
      kind: "aliases",
      options: { collection: collection_name },
    });
  }
  return recorder.finish(version);
}

async function ask(client: QdrantClient, method: string, path: string, body?: unknown): Promise<unknown> {
  return client.ask(method, path, { ...(body === undefined ? {} : { body }), timeoutMs: answerLimitMs });
}

async function addCollection(
  client: QdrantClient,
  recorder: InventoryRecorder,
  name: string,
  made: readonly string[],
): Promise<void> {
  const { config, payload_schema } = described.parse(await ask(client, "GET", pathOf(name)));
  recorder.add(entryPath("collection", name), {
    kind: "collections",
    options: optionsText(config),
    ...(made.includes(name) ? { mayCome: "made by the platform where it is missing" } : {}),
  });
  for (const [field, schema] of Object.entries(payload_schema)) {
    recorder.add(entryPath("collection", name, "payload", field), {
      kind: "payload indexes",
      options: optionsText({ ...schema, points: undefined }),
    });
  }
}

/** Bytes by the size of the first points. */
async function extentOf(client: QdrantClient, name: string): Promise<Extent> {
  const answer = await ask(client, "POST", `${pathOf(name)}/points/count`, { exact: true });
  const items = counted.parse(answer).count;
  const { points } = await scroll(client, name, firstPage, null);
  const bytes = points.reduce((sum, point) => sum + Buffer.byteLength(canonicalJson(point)), 0);
  return { items, bytes: points.length === 0 ? 0 : (bytes / points.length) * items };
}

async function scroll(client: QdrantClient, name: string, limit: number, offset: number | string | null) {
  const body = { limit, with_payload: true, with_vector: true, ...(offset === null ? {} : { offset }) };
  return page.parse(await ask(client, "POST", `${pathOf(name)}/points/scroll`, body));
}

async function pointsOf(
  client: QdrantClient,
  recorder: InventoryRecorder,
  name: string,
  total: number,
  most: number | "all",
): Promise<Entry> {
  const tally = new Tally(recorder.takenAtMs);
  const limit = most === "all" ? Infinity : most;
  let offset: number | string | null = null;
  let size = firstPage;
  let bytes = 0;
  for (;;) {
    const asked = Math.min(size, limit - tally.items);
    if (asked <= 0 || recorder.leftMs <= 0) break;
    const answer: z.infer<typeof page> = await scroll(client, name, asked, offset);
    for (const point of answer.points) {
      const text = canonicalJson(point);
      tally.add({ bytes: Buffer.byteLength(text), hash: hashOf(text) });
      bytes += Buffer.byteLength(text);
    }
    size = Math.min(
      largestPage,
      Math.max(1, Math.floor(pageBytes / Math.max(1, bytes / Math.max(1, tally.items)))),
    );
    const next = answer.next_page_offset ?? null;
    if (next === null)
      return tally.entry("points", { sample: most === "all" ? "all" : { first: most, last: 0 } });
    offset = next;
  }
  const enough = tally.items >= limit;
  if (recorder.request.like !== undefined && !enough) return { kind: "points", count: total };
  return tally.entry("points", { sample: { first: tally.items, last: 0 }, count: total });
}

function pathOf(name: string): string {
  return `/collections/${encodeURIComponent(name)}`;
}
