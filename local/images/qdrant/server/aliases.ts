import { readFile } from "node:fs/promises";
import { z } from "zod";
import { sentenceOf } from "../../../../contract/sentence-of.ts";
import { collectionName } from "./collection-config.ts";
import { writeDurably } from "./durable-file.ts";

const aliasesSchema = z.record(z.string(), z.string());

/** What `POST /collections/aliases` takes. */
export const aliasActions = z.strictObject({
  actions: z.array(
    z.union([
      z.strictObject({
        create_alias: z.strictObject({ alias_name: collectionName, collection_name: z.string() }),
      }),
      z.strictObject({ delete_alias: z.strictObject({ alias_name: z.string() }) }),
      z.strictObject({
        rename_alias: z.strictObject({ old_alias_name: z.string(), new_alias_name: collectionName }),
      }),
    ]),
  ),
});
export type AliasAction = z.infer<typeof aliasActions>["actions"][number];

/** Other names of collections, in one file. */
export class Aliases {
  readonly #path: string;
  #names: ReadonlyMap<string, string>;

  private constructor(path: string, names: ReadonlyMap<string, string>) {
    this.#path = path;
    this.#names = names;
  }

  static async open(path: string): Promise<Aliases> {
    try {
      const names = aliasesSchema.parse(JSON.parse(await readFile(path, "utf8")));
      return new Aliases(path, new Map(Object.entries(names)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Aliases(path, new Map());
      throw new Error(`${path}: ${sentenceOf(error)}`, { cause: error });
    }
  }

  /** The collection's own name; a name that is no alias stays. */
  resolve(name: string): string {
    return this.#names.get(name) ?? name;
  }

  list(collection?: string): { alias_name: string; collection_name: string }[] {
    return [...this.#names]
      .filter(([, target]) => collection === undefined || target === collection)
      .map(([alias_name, collection_name]) => ({ alias_name, collection_name }));
  }

  /** All or none, durable when it resolves. */
  async change(actions: readonly AliasAction[]): Promise<void> {
    const names = new Map(this.#names);
    for (const action of actions) perform(action, names);
    await this.#keep(names);
  }

  /** Drops the aliases of a collection that is deleted. */
  async forget(collection: string): Promise<void> {
    const left = [...this.#names].filter(([, target]) => target !== collection);
    if (left.length !== this.#names.size) await this.#keep(new Map(left));
  }

  async #keep(names: ReadonlyMap<string, string>): Promise<void> {
    await writeDurably(this.#path, JSON.stringify(Object.fromEntries(names)));
    this.#names = names;
  }
}

function perform(action: AliasAction, names: Map<string, string>): void {
  if ("create_alias" in action)
    names.set(action.create_alias.alias_name, action.create_alias.collection_name);
  else if ("delete_alias" in action) names.delete(action.delete_alias.alias_name);
  else {
    const { old_alias_name, new_alias_name } = action.rename_alias;
    const target = names.get(old_alias_name);
    names.delete(old_alias_name);
    if (target !== undefined) names.set(new_alias_name, target);
  }
}
