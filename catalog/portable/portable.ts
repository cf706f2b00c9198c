import { z } from "zod";
import { statedSchema } from "./stated.ts";

/** A store's data in the portable form that its engine's own tools write, as it was read before anything was changed. */
export const portableSourceSchema = z.strictObject({
  /** The store, by its name in the catalog. */
  store: z.string(),
  /** The file's name, for sentences. */
  name: z.string(),
  bytes: z.number().nonnegative(),
  /** Of the whole file, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** When it was made, as its name or its file system says. */
  madeAt: z.iso.datetime(),
  /** The version of the engine that wrote it; null when it does not say. */
  version: z.string().nullable(),
  /** What is replaced whole: databases, vhosts, collections, buckets. What the store has beside them stays. */
  parts: z.array(z.string()),
  /** Part as it is called in the file → as it shall be called here. */
  rename: z.record(z.string(), z.string()),
  /** Leave out users and what they may. */
  withoutUsers: z.boolean(),
  /** What alone is loaded of it, as a person named it; left out: all of it. */
  only: z.array(z.string()).optional(),
  /** What the file holds, under the names that it shall have here: what the store is held against afterwards. */
  stated: z.array(statedSchema),
  /** What else the file says that its store judges it by. */
  facts: z.record(z.string(), z.unknown()),
  /** What of it is not loaded, and why; a sentence each. */
  leftOut: z.array(z.string()),
});
export type PortableSource = z.infer<typeof portableSourceSchema>;

/** A program of the store's own image, run inside its task; on its standard input `firstLine`, and then the file where it reads one. */
export const toolCallSchema = z.strictObject({
  argv: z.array(z.string()),
  /** Without its newline; the place for secrets. */
  firstLine: z.string(),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

/**
 * Writes all that there is in the portable form, as of one instant where the engine can: by its own tool, on standard output, as a text, or by
 * the client, as it comes. Nothing is packed: the repository packs by itself, and finds what has not changed only in what is not.
 */
export type Dump<Client> = {
  /** What the former scripts' names begin and end with, such as `mongo-` and `.archive`. */
  readonly file: { readonly prefix: string; readonly suffix: string };
  /** When it is taken by the clock, where the stack file does not say. */
  readonly at: readonly DayTime[];
} & (
  | { tool(client: Client, secrets: Readonly<Record<string, string>>): Promise<ToolCall> }
  | { text(client: Client): Promise<string> }
  | { stream(client: Client): AsyncIterable<Uint8Array> }
);

/** A time of the day in UTC, such as `02:10`. */
export type DayTime = `${number}:${number}`;

/** Some parts of a file: what takes the place of the whole in a `PortableSource`. */
export interface SelectedParts extends Pick<PortableSource, "parts" | "stated"> {
  readonly facts?: PortableSource["facts"];
  /** What the file has, as a person may name it. */
  readonly known: readonly string[];
  /** What was named, and the file has not. */
  readonly missing: readonly string[];
}

/** How a store gives its data in the portable form, and takes it: a load finds nobody else writing. Without `judge` and `load` it takes none. */
export interface Portable<Client> {
  /** Left out: its own tools give it in no one file. */
  readonly dump?: Dump<Client>;
  /** Why this file cannot be loaded into this store as it is now, a sentence each, with what to do; empty when it can. Changes nothing. */
  judge?(client: Client, source: PortableSource): Promise<readonly string[]>;
  /** Those parts of a file. Left out: it is loaded whole, or not at all. */
  select?(source: PortableSource, names: readonly string[]): SelectedParts;
  /** By the engine's own tool, or by the client. What it replaces is gone from the first moment. */
  readonly load?:
    | { tool(secrets: Readonly<Record<string, string>>, source: PortableSource): ToolCall }
    | { client(client: Client, source: PortableSource, file: string): Promise<void> };
}
