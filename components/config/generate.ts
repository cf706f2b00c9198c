/**
 * `npm run generate`: writes what is made from the schema of the stack files and the catalog: docs/config.md and
 * schemas/stack.schema.json. A unit test fails while they are stale. Exit code 0, or 1 when a file cannot be written.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repositoryRoot } from "../../workstation/repository.ts";
import { generatedFiles } from "./generated-files.ts";

for (const [file, text] of await generatedFiles()) {
  mkdirSync(join(repositoryRoot, dirname(file)), { recursive: true });
  writeFileSync(join(repositoryRoot, file), text);
  console.log(file);
}
