/**
 * `npm run generate`: writes what is made from the schemas of the stack files and the catalog: docs/config.md, docs/account-config.md and
 * what is in schemas/. A unit test fails while they are stale. Exit code 0, or 1 when a file cannot be written.
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
