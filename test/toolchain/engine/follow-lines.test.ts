import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { followLines } from "../../../toolchain/engine/follow-lines.ts";

test("lines come while the file grows, whole and once each, and the rest at the end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-follow-"));
  const file = join(folder, "log");
  const seen: string[] = [];
  const stop = followLines(file, (line) => seen.push(line));
  await sleep(150);
  writeFileSync(file, "one\ntwo, be");
  await sleep(250);
  assert.deepEqual(seen, ["one"]);
  appendFileSync(file, "gun earlier\nthree\n");
  stop();
  assert.deepEqual(seen, ["one", "two, begun earlier", "three"]);
  rmSync(folder, { recursive: true });
});

test("a file that never came to be has no lines", () => {
  const seen: string[] = [];
  followLines("/nowhere/log", (line) => seen.push(line))();
  assert.deepEqual(seen, []);
});
