import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { catalog } from "../../catalog/catalog.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { accountReference } from "./account-reference.ts";
import { reference } from "./reference.ts";
import { accountFileJsonSchema, namespace, stackFileSchema } from "./stack-file-schema.ts";
import { readStackYaml } from "./stack-yaml.ts";

/** What `npm run generate` writes: path from the repository's root → text, in the repository's format. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const texts = {
    "docs/config.md": reference(catalog, committedKeys()),
    "docs/account-config.md": accountReference(),
    "schemas/stack.schema.json": JSON.stringify(stackFileSchema(catalog)),
    "schemas/account.schema.json": JSON.stringify(accountFileJsonSchema()),
  };
  const formatted = Object.entries(texts).map(async ([file, text]): Promise<[string, string]> => {
    const filepath = join(repositoryRoot, file);
    return [file, await format(text, { ...(await resolveConfig(filepath)), filepath })];
  });
  return new Map(await Promise.all(formatted));
}

/** The top-level settings that the committed file of the local stack has. */
function committedKeys(): Set<string> {
  const name = "Pulumi.local.yaml";
  const { config = {} } = readStackYaml(readFileSync(join(repositoryRoot, name), "utf8"), name);
  return new Set(Object.keys(config).map((key) => key.slice(namespace.length)));
}
