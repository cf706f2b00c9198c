/**
 * `npm run generate`: writes what is made from the schema of the stack files and the catalog: docs/config.md and
 * schemas/stack.schema.json. A unit test fails while they are stale. Exit code 0, or 1 when a file cannot be written.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles } from "./generated-files.ts";

const repository = join(import.meta.dirname, "../..");

for (const [file, text] of await generatedFiles()) {
  mkdirSync(join(repository, dirname(file)), { recursive: true });
  writeFileSync(join(repository, file), text);
  console.log(file);
}
