import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { stackConfigSchema } from "./schema.ts";

/** One key of the settings, as a reader needs it. */
export interface ConfigKey {
  /** From the top: `backups.keep.daily`. A block that comes in kinds has the keys of each, one kind after the other. */
  readonly path: string;
  /** What to write, with its unit: `a size such as 512MiB`; empty when the schema does not say. */
  readonly form: string;
  readonly required: boolean;
  /** As one would write it; undefined when there is none. */
  readonly fallback: string | undefined;
  /** Empty when the schema does not say. */
  readonly meaning: string;
}

/** The parts of JSON Schema that zod makes of our settings. */
interface Node {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly additionalProperties?: Node | boolean;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
}

/** Every key of the settings, blocks included, in the schema's order. */
export function configKeys(catalog: readonly ServiceDefinition[]): ConfigKey[] {
  return keysOf(stackConfigSchema(catalog));
}

/** The same of any schema of settings. */
export function keysOf(schema: z.ZodType): ConfigKey[] {
  return below(z.toJSONSchema(schema, { io: "input" }) as Node, "");
}

function below(node: Node, prefix: string): ConfigKey[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const inner = child.items === undefined ? below(child, `${path}.`) : below(child.items, `${path}[].`);
    return [keyOf(path, child, node.required?.includes(key) ?? false), ...inner];
  });
  // What stands below a name that the file chooses; a plain value below it is told by the key above.
  const { additionalProperties: each } = node;
  const named =
    typeof each === "object" && (each.properties ?? each.oneOf) !== undefined
      ? below(each, `${prefix}<name>.`)
      : [];
  return [...own, ...named, ...(node.oneOf ?? []).flatMap((kind) => below(kind, prefix))];
}

function keyOf(path: string, node: Node, required: boolean): ConfigKey {
  return {
    path,
    form: form(node),
    required,
    fallback: node.default === undefined ? undefined : written(node.default),
    meaning: node.description ?? "",
  };
}

function form(node: Node): string {
  if (node.properties !== undefined || node.oneOf !== undefined) return "a block";
  if (typeof node.additionalProperties === "object") {
    const { additionalProperties: each } = node;
    return (each.properties ?? each.oneOf) === undefined ? `by name, each ${form(each)}` : "blocks by name";
  }
  if (node.const !== undefined) return `\`${written(node.const)}\``;
  if (node.items !== undefined) return `a list, each ${form(node.items)}`;
  return node.title ?? "";
}

/** A value as YAML has it on one line. */
function written(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
