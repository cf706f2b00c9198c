import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Collection } from "./collection.ts";
import { collectionConfig } from "./collection-config.ts";
import { writeDurably } from "./durable-file.ts";
import { pointSchema } from "./point.ts";
import { QdrantError } from "./qdrant-error.ts";
import type { Storage } from "./storage.ts";

/** A snapshot as it is listed. */
export interface SnapshotDescription {
  readonly name: string;
  readonly creation_time: string;
  readonly size: number;
  readonly checksum: string | null;
}

const snapshotContent = z.strictObject({
  collection: z.string(),
  config: collectionConfig,
  points: z.array(pointSchema),
});

/** What a snapshot is recovered with. */
export interface RecoverRequest {
  readonly content: Buffer;
  /** SHA-256 in hex that the content must have; not checked when left out. */
  readonly checksum?: string;
}

/** Snapshots of collections: `<directory>/<collection>/<name>.snapshot`, its SHA-256 in `.checksum` beside it. */
export class Snapshots {
  readonly #directory: string;
  readonly #storage: Storage;

  constructor(directory: string, storage: Storage) {
    this.#directory = directory;
    this.#storage = storage;
  }

  async create(name: string, now = new Date()): Promise<SnapshotDescription> {
    const collection = this.#storage.collection(name);
    const content = render(collection);
    const time = now.toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "-");
    const file = `${collection.name}-1-${time}.snapshot`;
    const path = join(this.#directory, collection.name, file);
    await mkdir(join(this.#directory, collection.name), { recursive: true });
    await writeDurably(path, content);
    await writeDurably(`${path}.checksum`, sha256(content));
    return this.#describe(collection.name, file);
  }

  async list(name: string): Promise<SnapshotDescription[]> {
    const collection = this.#storage.collection(name);
    const files = (await namesIn(join(this.#directory, collection.name))).filter((file) =>
      file.endsWith(".snapshot"),
    );
    return Promise.all(files.sort().map((file) => this.#describe(collection.name, file)));
  }

  async read(name: string, snapshot: string): Promise<Buffer> {
    return readFile(await this.#find(name, snapshot));
  }

  async delete(name: string, snapshot: string): Promise<void> {
    const path = await this.#find(name, snapshot);
    await rm(path);
    await rm(`${path}.checksum`, { force: true });
  }

  /** The file that a `file://` location names. Only the snapshots directory may be read, as in Qdrant since 1.17.1. */
  async readLocation(location: string): Promise<Buffer> {
    if (!URL.canParse(location)) throw QdrantError.wrongFormat(`location: not a URL: ${location}`);
    const url = new URL(location);
    if (url.protocol !== "file:") throw QdrantError.wrongInput("the stand-in takes file:// locations only");
    const path = resolve(fileURLToPath(url));
    if (!path.startsWith(`${resolve(this.#directory)}${sep}`))
      throw QdrantError.forbidden(`Snapshot file ${path} must be inside the snapshots directory`);
    try {
      return await readFile(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      throw QdrantError.wrongInput(`Snapshot file ${path} does not exist`);
    }
  }

  /** Makes the collection what the snapshot holds; makes it, empty first, when it is not there. Old or new after a crash. */
  async recover(name: string, { content, checksum }: RecoverRequest): Promise<void> {
    const actual = sha256(content);
    if (checksum !== undefined && checksum.toLowerCase() !== actual)
      throw QdrantError.checksum(checksum, actual);
    const snapshot = parse(content);
    const there = this.#storage.has(name) ? this.#storage.collection(name) : null;
    const collection = there ?? (await this.#storage.create(name, snapshot.config));
    const { size } = collection.config.vectors;
    if (size !== snapshot.config.vectors.size) {
      throw QdrantError.wrongInput(
        `Snapshot is not compatible with existing collection: vector size ${snapshot.config.vectors.size}, expected ${size}`,
      );
    }
    await collection.replace(snapshot.points);
  }

  async #find(name: string, snapshot: string): Promise<string> {
    const collection = this.#storage.collection(name);
    const files = await namesIn(join(this.#directory, collection.name));
    if (basename(snapshot) !== snapshot || !snapshot.endsWith(".snapshot") || !files.includes(snapshot))
      throw QdrantError.notFound(`Snapshot ${snapshot} not found`);
    return join(this.#directory, collection.name, snapshot);
  }

  async #describe(collection: string, file: string): Promise<SnapshotDescription> {
    const path = join(this.#directory, collection, file);
    const { size, mtime } = await stat(path);
    const names = await namesIn(join(this.#directory, collection));
    const checksum = names.includes(`${file}.checksum`) ? await readFile(`${path}.checksum`, "utf8") : null;
    return { name: file, creation_time: mtime.toISOString().slice(0, 19), size, checksum };
  }
}

function render(collection: Collection): Buffer {
  const points = collection.sorted().map(({ point }) => point);
  return Buffer.from(JSON.stringify({ collection: collection.name, config: collection.config, points }));
}

function parse(content: Buffer): z.infer<typeof snapshotContent> {
  try {
    return snapshotContent.parse(JSON.parse(content.toString("utf8")));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw QdrantError.wrongInput("the file is no snapshot that this server made");
  }
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
