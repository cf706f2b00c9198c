import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { imageRecord, recordLine } from "../../../local/images/image-record.ts";
import { imageKey } from "../../../local/images/local-image.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-record-"));
process.env["KALEEM_CACHE"] = folder;
after(() => rmSync(folder, { recursive: true }));

function cachedImage(name: string, files: Readonly<Record<string, string>>): ImageRecipe {
  const recipe = { name, from: "", inputs: () => [], config: [], build: () => Promise.resolve() };
  const directory = join(folder, `image-${name}`, imageKey(recipe));
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return recipe;
}

test("an image's record tells all its packages, and its line those that decide how it behaves", async () => {
  const recipe = cachedImage("machine", {
    version: "13.8\n",
    packages: "adduser 3.152\ndocker.io 26.1.5+dfsg1-9+b1\nsystemd 257.13-1\n",
  });
  const record = await imageRecord(recipe);
  assert.ok(record !== undefined);
  assert.deepEqual(record.packages, {
    adduser: "3.152",
    "docker.io": "26.1.5+dfsg1-9+b1",
    systemd: "257.13-1",
  });
  const made = new Date("2026-11-02T03:04:05Z");
  assert.equal(
    recordLine({ ...record, made }),
    "machine 13.8, made 2026-11-02: systemd 257.13-1, docker.io 26.1.5+dfsg1-9+b1",
  );
});

test("an image without a list says so, and one that is not there has no record", async () => {
  const record = await imageRecord(cachedImage("older", { version: "1" }));
  assert.match(record === undefined ? "" : recordLine(record), /: its packages were not recorded yet$/);
  const absent = { name: "absent", from: "", inputs: () => [], config: [], build: () => Promise.resolve() };
  assert.equal(await imageRecord(absent), undefined);
});
