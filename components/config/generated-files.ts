import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { parse } from "yaml";
import { catalog } from "../../catalog/catalog.ts";
import { reference } from "./reference.ts";
import { namespace, stackFileSchema } from "./stack-file-schema.ts";

const repository = join(import.meta.dirname, "../..");

/** What `npm run generate` writes: path from the repository's root → text, in the repository's format. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const texts = {
    "docs/config.md": reference(catalog, committedKeys()),
    "schemas/stack.schema.json": JSON.stringify(stackFileSchema(catalog)),
  };
  const formatted = Object.entries(texts).map(async ([file, text]): Promise<[string, string]> => {
    const filepath = join(repository, file);
    return [file, await format(text, { ...(await resolveConfig(filepath)), filepath })];
  });
  return new Map(await Promise.all(formatted));
}

/** The top-level settings that the committed file of the local stack has. */
function committedKeys(): Set<string> {
  const file = parse(readFileSync(join(repository, "Pulumi.local.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  return new Set(Object.keys(file.config).map((key) => key.slice(namespace.length)));
}
