/** Writes docs/json.md from the schemas; part of `npm run generate`. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format, resolveConfig } from "prettier";
import { renderJsonPage } from "./support/json-page.ts";

const file = resolve(import.meta.dirname, "../../docs/json.md");
writeFileSync(file, await format(renderJsonPage(), { ...(await resolveConfig(file)), filepath: file }));
