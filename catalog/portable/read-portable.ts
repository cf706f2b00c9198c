import { createGunzip } from "node:zlib";
import { pipeline } from "node:stream";
import { text } from "node:stream/consumers";
import { statedByMirror } from "../minio/portable.ts";
import { readMongoArchive } from "../mongo/archive.ts";
import { statedByArchive } from "../mongo/portable.ts";
import { statedByDatabase } from "../n8n/portable.ts";
import { statedByCollections } from "../qdrant/portable.ts";
import { judgeDefinitions, parseDefinitions, statedByDefinitions } from "../rabbitmq/portable.ts";
import { statedByRdb } from "../redis/portable.ts";
import type { PortableSource } from "./portable.ts";

/** How a file is taken. */
export interface Taking {
  /** Database as the file calls it → as it shall be called here. */
  readonly rename: Readonly<Record<string, string>>;
  readonly withoutUsers: boolean;
}

/** What a file says of itself, once it was read to its end. */
export type PortableContent = Pick<PortableSource, "version" | "parts" | "stated" | "leftOut" | "facts"> & {
  /** When it was written, in ms since 1970; null or left out where it does not say. */
  readonly madeMs?: number | null;
  /** Why it can be imported nowhere, a sentence each. */
  readonly refusals?: readonly string[];
};

/** How each store's file is read, to its very end. */
const readers: Readonly<
  Record<
    string,
    (content: AsyncIterable<Uint8Array>, name: string, taking: Taking) => Promise<PortableContent>
  >
> = {
  async mongo(content, name, { rename }) {
    const archive = await readMongoArchive(name.endsWith(".gz") ? unpacked(content) : content);
    return { version: archive.serverVersion, ...statedByArchive(archive, rename), facts: {} };
  },
  async redis(content) {
    const { facts, ...stated } = await statedByRdb(content);
    const { format, memory, serverVersion, writtenMs } = facts;
    return { version: serverVersion, ...stated, facts: { format, memory }, madeMs: writtenMs };
  },
  n8n: (content) => statedByDatabase(content),
  qdrant: (content) => statedByCollections(content),
  async minio(content) {
    return { version: null, ...(await statedByMirror(content)), facts: {} };
  },
  async rabbitmq(content, name, { withoutUsers }) {
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

/** The reader of a store's file, which reads it as far as it must to know that it is whole; null for one that has none. */
export function portableReader(store: string): (typeof readers)[string] | null {
  return readers[store] ?? null;
}

/** Ends with the error of whichever of the two fails first. */
function unpacked(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(content, createGunzip(), () => undefined);
}
