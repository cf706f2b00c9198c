import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import { statedByMirror } from "../../catalog/minio/portable.ts";
import { readMongoArchive } from "../../catalog/mongo/archive.ts";
import { statedByArchive } from "../../catalog/mongo/portable.ts";
import { judgeDefinitions, parseDefinitions, statedByDefinitions } from "../../catalog/rabbitmq/portable.ts";
import { statedByRdb } from "../../catalog/redis/portable.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { FoundFile } from "./find-files.ts";

/** What the command line says of how files are taken. */
export interface Taking {
  /** Database as the file calls it → as it shall be called here. */
  readonly rename: Readonly<Record<string, string>>;
  readonly withoutUsers: boolean;
}

type Read = Pick<PortableSource, "version" | "parts" | "stated" | "leftOut" | "facts"> & {
  readonly madeMs?: number | null;
  /** Why it can be imported nowhere, a sentence each. */
  readonly refusals?: readonly string[];
};

/** How each store's file is read, to its very end. */
const readers: Readonly<
  Record<string, (content: AsyncIterable<Uint8Array>, file: FoundFile, taking: Taking) => Promise<Read>>
> = {
  async mongo(content, { name }, { rename }) {
    const archive = await readMongoArchive(name.endsWith(".gz") ? unpacked(content) : content);
    return { version: archive.serverVersion, ...statedByArchive(archive, rename), facts: {} };
  },
  async redis(content) {
    const { facts, ...stated } = await statedByRdb(content);
    const { format, memory, serverVersion, writtenMs } = facts;
    return { version: serverVersion, ...stated, facts: { format, memory }, madeMs: writtenMs };
  },
  async minio(content) {
    return { version: null, ...(await statedByMirror(content)), facts: {} };
  },
  async rabbitmq(content, { name }, { withoutUsers }) {
    const definitions = parseDefinitions(await text(content));
    return {
      version: definitions.rabbitmq_version ?? definitions.rabbit_version ?? null,
      ...statedByDefinitions(definitions, withoutUsers),
      // What is judged by needs no hash of a password.
      facts: {
        definitions: {
          ...definitions,
          users: definitions.users.map((user) => ({ ...user, password_hash: "" })),
        },
      },
      refusals: judgeDefinitions(definitions, name, withoutUsers),
    };
  },
};

/** What a file holds, or why it cannot be imported anywhere. */
export type ReadFile =
  { readonly source: PortableSource; readonly path: string } | { readonly refusals: readonly string[] };

/**
 * Reads a whole file: what it holds, and whether it is whole.
 * @param file as it was found @param path where its content is on this machine
 * @param older those of the same store beside it, newest first
 */
export async function readSource(
  file: FoundFile,
  path: string,
  taking: Taking,
  older: readonly FoundFile[] = [],
): Promise<ReadFile> {
  const { store, name } = file;
  const read = readers[store];
  if (read === undefined) return { refusals: [`${store}: nothing can be imported into it`] };
  const hash = createHash("sha256");
  let bytes = 0;
  const content = (async function* () {
    for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  })();
  try {
    const { madeMs, refusals = [], ...facts } = await read(content, file, taking);
    while ((await content.next()).done !== true) continue;
    if (refusals.length > 0) return { refusals };
    const madeAt = new Date(madeMs ?? file.madeMs).toISOString();
    const source = {
      ...{ store, name, bytes, sha256: hash.digest("hex"), madeAt },
      ...{ rename: renamesOf(facts.parts, taking.rename), withoutUsers: taking.withoutUsers },
      ...facts,
    };
    return { source, path };
  } catch (error) {
    const next = older[0];
    const instead =
      next === undefined
        ? "get a whole one"
        : `get a whole one, or move it away to take the next older one, ${next.path}`;
    return { refusals: [`${store}: ${file.path} ${wordsOf(error)}: ${instead}`] };
  }
}

function renamesOf(
  parts: readonly string[],
  rename: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(rename).filter(([from]) => parts.includes(from)));
}

/** zlib says these for a file that ends too early, is no gzip file, or has changed. */
const gzipErrors: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "was cut off",
  Z_DATA_ERROR: "is damaged, or is no gzip file",
};

function wordsOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return gzipErrors[code] ?? sentenceOf(error);
}

/** Ends with the error of whichever of the two fails first. */
function unpacked(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(content, createGunzip(), () => undefined);
}
