import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";

test("a file is there whole, keeps its bits, and what failed leaves nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-whole-"));
  try {
    const file = join(folder, "Pulumi.prod.yaml");
    await writeWholeFile(file, "one\n", 0o600);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    chmodSync(file, 0o644);
    await writeWholeFile(file, "two\n", 0o600);
    assert.equal(readFileSync(file, "utf8"), "two\n");
    assert.equal(statSync(file).mode & 0o777, 0o644);
    mkdirSync(join(folder, "taken"));
    await assert.rejects(writeWholeFile(join(folder, "taken"), "x"));
    assert.deepEqual(readdirSync(folder).sort(), ["Pulumi.prod.yaml", "taken"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
