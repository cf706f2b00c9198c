import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { entryPath } from "../inventory/inventory.ts";
import type { PortableContent } from "../portable/read-portable.ts";
import type { PortableSource, SelectedParts } from "../portable/portable.ts";
import { statedBelow } from "../portable/stated.ts";
import { readTar, type TarFile } from "../portable/tar.ts";
import { writeTar, type TarContent } from "../portable/write-tar.ts";
import type { QdrantClient } from "./qdrant-client.ts";

/** Where recovery keeps its own mark. */
const ownCollection = "canary";
const aliasesFile = "qdrant/aliases.json";
const aboutFile = "qdrant/about.json";
const snapshotName = /^qdrant\/collections\/([^/]+)\.snapshot(\.sha256)?$/;
/** Making or taking in a snapshot of a large collection; nothing is told meanwhile. */
const workLimitMs = 6 * 3_600_000;
const answerLimitMs = 60_000;

const collectionsSchema = z.object({ collections: z.array(z.object({ name: z.string() })) });
const aliasesSchema = z.object({
  aliases: z.array(z.object({ alias_name: z.string(), collection_name: z.string() })),
});
const snapshotSchema = z.object({
  name: z.string(),
  size: z.number(),
  checksum: z.string().nullish(),
});
const countSchema = z.object({ count: z.number() });
const aboutSchema = z.object({
  version: z.string(),
  collections: z.array(z.object({ name: z.string(), points: z.number(), atMost: z.number() })),
});

/**
 * Every collection by a snapshot of its own, which Qdrant makes while it serves, as a tar archive; with the aliases, which no snapshot
 * holds. Each snapshot is removed on the server again. Each is of its own moment.
 * @throws Error when what was downloaded is not what Qdrant says it has made
 */
export async function* dumpCollections(client: QdrantClient): AsyncGenerator<Uint8Array> {
  yield* writeTar(filesOf(client));
}

async function* filesOf(client: QdrantClient): AsyncGenerator<TarContent> {
  const { version } = z.object({ version: z.string() }).parse(await client.ask("GET", "/"));
  const told = collectionsSchema.parse(await client.ask("GET", "/collections", { timeoutMs: answerLimitMs }));
  const names = told.collections.map(({ name }) => name).filter((name) => name !== ownCollection);
  const aliases = aliasesSchema.parse(await client.ask("GET", "/aliases", { timeoutMs: answerLimitMs }));
  yield jsonFile(aliasesFile, aliases);
  const collections: z.infer<typeof aboutSchema>["collections"] = [];
  for (const name of names.sort()) {
    const before = await countOf(client, name);
    const path = `${pathOf(name)}/snapshots`;
    const made = snapshotSchema.parse(
      await client.ask("POST", `${path}?wait=true`, { timeoutMs: workLimitMs }),
    );
    const one = `${path}/${encodeURIComponent(made.name)}`;
    try {
      const after = await countOf(client, name);
      collections.push({ name, points: Math.min(before, after), atMost: Math.max(before, after) });
      const file = `qdrant/collections/${name}.snapshot`;
      const { checksum } = made;
      // As `sha256sum --check` reads it.
      if (typeof checksum === "string") yield textFile(`${file}.sha256`, `${checksum}  ${name}.snapshot\n`);
      yield { name: file, size: made.size, content: checked(client.download(one), name, checksum) };
    } finally {
      await client.ask("DELETE", `${one}?wait=true`, { timeoutMs: answerLimitMs });
    }
  }
  yield jsonFile(aboutFile, { version, collections });
}

async function* checked(
  content: AsyncIterable<Uint8Array>,
  collection: string,
  checksum: string | null | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const piece of content) {
    hash.update(piece);
    yield piece;
  }
  const got = hash.digest("hex");
  if (typeof checksum === "string" && got !== checksum.toLowerCase())
    throw new Error(
      `qdrant: the snapshot of ${collection} arrived with the SHA-256 ${got}, and Qdrant made one with ${checksum}`,
    );
}

function textFile(name: string, content: string): TarContent {
  const bytes = Buffer.from(content);
  return { name, size: bytes.length, content: [bytes] };
}

function jsonFile(name: string, value: unknown): TarContent {
  return textFile(name, `${JSON.stringify(value, null, 2)}\n`);
}

async function countOf(client: QdrantClient, name: string): Promise<number> {
  const path = `${pathOf(name)}/points/count`;
  return countSchema.parse(
    await client.ask("POST", path, { body: { exact: true }, timeoutMs: answerLimitMs }),
  ).count;
}

function pathOf(collection: string): string {
  return `/collections/${encodeURIComponent(collection)}`;
}

/** Reads such an archive to its end. @throws Error, a sentence's part, for one that is not whole */
export async function statedByCollections(source: AsyncIterable<Uint8Array>): Promise<PortableContent> {
  const sums = new Map<string, string>();
  const seen = new Set<string>();
  let about: z.infer<typeof aboutSchema> | null = null;
  let aliases: z.infer<typeof aliasesSchema> | null = null;
  for await (const file of readTar(source)) {
    const [, collection, isSum] = snapshotName.exec(file.name) ?? [];
    if (file.name === aboutFile) about = aboutSchema.parse(await jsonOf(file));
    else if (file.name === aliasesFile) aliases = aliasesSchema.parse(await jsonOf(file));
    else if (collection !== undefined && isSum !== undefined)
      sums.set(collection, (await textOf(file)).slice(0, 64));
    else {
      const hash = createHash("sha256");
      for await (const piece of file.content()) hash.update(piece);
      if (collection === undefined) continue;
      const wanted = sums.get(collection);
      if (wanted !== undefined && wanted !== hash.digest("hex"))
        throw new Error(`is damaged: the snapshot of ${collection} is not the one that was made`);
      seen.add(collection);
    }
  }
  if (about === null || aliases === null)
    throw new Error(`was cut off, or is no dump of Qdrant: it has no ${aboutFile}`);
  const missing = about.collections.filter(({ name }) => !seen.has(name));
  if (missing.length > 0)
    throw new Error(`is damaged: it has no snapshot of ${missing.map(({ name }) => name).join(", ")}`);
  return {
    version: about.version,
    parts: about.collections.map(({ name }) => name),
    stated: [
      ...about.collections.flatMap(({ name, points, atMost }) => [
        { path: entryPath("collection", name), kind: "collections" },
        {
          path: entryPath("collection", name, "points"),
          kind: "points",
          count: points,
          own: atMost - points,
        },
      ]),
      ...aliases.aliases.map(({ alias_name, collection_name }) => ({
        path: entryPath("alias", alias_name),
        kind: "aliases",
        options: { collection: collection_name },
      })),
    ],
    facts: {},
    leftOut: [`the collection ${ownCollection}: where recovery keeps its own mark`],
  };
}

/** Why this server cannot take it: a snapshot goes back only into the minor version that made it, or a later patch of that. */
export async function judgeCollections(
  client: QdrantClient,
  { name, version }: PortableSource,
): Promise<readonly string[]> {
  const here = z.object({ version: z.string() }).parse(await client.ask("GET", "/")).version;
  return judgeVersions(name, version ?? "", here);
}

/** Pure. */
export function judgeVersions(file: string, made: string, here: string): readonly string[] {
  const [from, to] = [made, here].map((version) =>
    version.split(".").map((part) => Number.parseInt(part, 10)),
  );
  const same = from?.[0] === to?.[0] && from?.[1] === to?.[1] && (from?.[2] ?? 0) <= (to?.[2] ?? 0);
  return same
    ? []
    : [
        `qdrant: ${file} is of Qdrant ${made}, and here is ${here}: a snapshot goes only into the same minor version, of the same patch or a later one: pin that image, run ./kaleem up, import, and update afterwards`,
      ];
}

/** Collections by their names, and the aliases that point to them. Pure. */
export function selectCollections(
  { parts, stated }: Pick<PortableSource, "parts" | "stated">,
  names: readonly string[],
): SelectedParts {
  const chosen = names.filter((name) => parts.includes(name));
  const paths = chosen.map((name) => entryPath("collection", name));
  const toThem = stated.filter(
    ({ kind, options = {} }) => kind === "aliases" && chosen.includes(options["collection"] ?? ""),
  );
  return {
    parts: chosen,
    stated: [...statedBelow(stated, paths), ...toThem],
    known: parts,
    missing: names.filter((name) => !parts.includes(name)),
  };
}

/** Gives each collection what its snapshot holds, and sets the aliases. */
export async function loadCollections(
  client: QdrantClient,
  { parts }: Pick<PortableSource, "parts">,
  file: string,
): Promise<void> {
  let aliases: z.infer<typeof aliasesSchema>["aliases"] = [];
  let sum = "";
  for await (const one of readTar(createReadStream(file))) {
    const [, collection, isSum] = snapshotName.exec(one.name) ?? [];
    if (one.name === aliasesFile) ({ aliases } = aliasesSchema.parse(await jsonOf(one)));
    else if (collection !== undefined && isSum !== undefined)
      sum = `&checksum=${(await textOf(one)).slice(0, 64)}`;
    else if (collection !== undefined && parts.includes(collection)) {
      const path = `${pathOf(collection)}/snapshots/upload?priority=snapshot&wait=true${sum}`;
      await client.upload(path, `${collection}.snapshot`, one.content(), workLimitMs);
      sum = "";
    }
  }
  const taken = aliases.filter(({ collection_name }) => parts.includes(collection_name));
  const actions = taken.map((alias) => ({ create_alias: alias }));
  if (actions.length > 0)
    await client.ask("POST", "/collections/aliases", { body: { actions }, timeoutMs: answerLimitMs });
}

async function textOf(file: TarFile): Promise<string> {
  return text(file.content());
}

async function jsonOf(file: TarFile): Promise<unknown> {
  return JSON.parse(await textOf(file)) as unknown;
}
