import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { generatedFiles } from "../../../components/config/generated-files.ts";

const root = new URL("../../../", import.meta.url);

for (const [file, text] of await generatedFiles()) {
  test(`${file} is what the schema gives`, () => {
    const path = new URL(file, root);
    const written = existsSync(path) ? readFileSync(path, "utf8") : "";
    assert.ok(written === text, `${file}: stale; run: npm run generate`);
  });
}
