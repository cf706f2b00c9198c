import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Aliases } from "./aliases.ts";
import { Collection } from "./collection.ts";
import { type CollectionConfig, collectionConfig, collectionName } from "./collection-config.ts";
import { syncDirectory, writeDurably } from "./durable-file.ts";
import { OperationLog } from "./operation-log.ts";
import { QdrantError } from "./qdrant-error.ts";

const configFile = "config.json";
const logFile = "operations.log";
/** A directory on its way out, or one that never got its configuration. No collection can be called so. */
const doomed = /^\.deleted-/;

/** Everything below the storage directory: `collections/<name>/{config.json,operations.log}` and `aliases.json`. */
export class Storage {
  readonly aliases: Aliases;
  readonly #root: string;
  readonly #collections = new Map<string, Collection>();

  private constructor(root: string, aliases: Aliases) {
    this.#root = root;
    this.aliases = aliases;
  }

  /** Opens what is there, a crash's leavings cleared away. @throws Error naming the damaged file */
  static async open(directory: string): Promise<Storage> {
    const root = join(directory, "collections");
    await mkdir(root, { recursive: true });
    await syncDirectory(directory);
    const storage = new Storage(root, await Aliases.open(join(directory, "aliases.json")));
    for (const name of (await readdir(root)).sort()) await storage.#load(name);
    return storage;
  }

  get collections(): readonly Collection[] {
    return [...this.#collections.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#collections.has(this.aliases.resolve(name));
  }

  /** By name or alias. @throws QdrantError when there is none */
  collection(name: string): Collection {
    const found = this.#collections.get(this.aliases.resolve(name));
    if (found === undefined) throw QdrantError.noCollection(name);
    return found;
  }

  async create(name: string, config: CollectionConfig): Promise<Collection> {
    if (!collectionName.safeParse(name).success)
      throw QdrantError.wrongInput(`${name} is not a valid collection name`);
    if (this.#collections.has(name)) throw QdrantError.exists(name);
    if (this.aliases.resolve(name) !== name) {
      throw QdrantError.wrongInput(
        `Can't create collection with name ${name}. Alias with the same name already exists`,
      );
    }
    const directory = join(this.#root, name);
    await mkdir(directory);
    const { log } = await OperationLog.open(join(directory, logFile));
    // Last: without it the directory is no collection.
    await writeDurably(join(directory, configFile), JSON.stringify(config));
    await syncDirectory(this.#root);
    const collection = new Collection(name, config, log, []);
    this.#collections.set(name, collection);
    return collection;
  }

  /** False when there was none. */
  async delete(name: string): Promise<boolean> {
    const found = this.#collections.get(name);
    if (found === undefined) return false;
    this.#collections.delete(name);
    await this.aliases.forget(name);
    await found.close();
    await this.#remove(name);
    return true;
  }

  async close(): Promise<void> {
    await Promise.all(this.collections.map((collection) => collection.close()));
  }

  async #load(name: string): Promise<void> {
    const directory = join(this.#root, name);
    const text = doomed.test(name) ? null : await readIfThere(join(directory, configFile));
    if (text === null) return this.#remove(name);
    const config = collectionConfig.parse(JSON.parse(text));
    const { log, operations } = await OperationLog.open(join(directory, logFile));
    const collection = new Collection(name, config, log, operations);
    if (collection.isLogLong) await collection.shorten();
    this.#collections.set(name, collection);
  }

  /** Under another name first, so that a crash in the middle leaves nothing that looks like a collection. */
  async #remove(name: string): Promise<void> {
    const away = join(this.#root, doomed.test(name) ? name : `.deleted-${Date.now()}-${name}`);
    if (!doomed.test(name)) await rename(join(this.#root, name), away);
    await syncDirectory(this.#root);
    await rm(away, { recursive: true });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
