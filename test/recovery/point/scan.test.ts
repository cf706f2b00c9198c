import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { scanTree } from "../../../recovery/point/scan.ts";

const path = process.env["PATH"] ?? "";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-scan-"));
  mkdirSync(join(folder, "tree/data"), { recursive: true });
  mkdirSync(join(folder, "bin"));
});
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true });
});

/** Stands in for a `find` that meets a race: which one, no test can choose. */
function findSays(words: string): void {
  const script = `#!/bin/sh\nprintf "find: 'data/f299': %s\\n" '${words}' >&2\nexit 1\n`;
  writeFileSync(join(folder, "bin/find"), script, { mode: 0o755 });
  process.env["PATH"] = `${join(folder, "bin")}:${path}`;
}

const scan = (tolerant: boolean) =>
  scanTree(join(folder, "tree"), ["data"], { into: join(folder, "listing"), tolerant });

describe("a look at a tree that moves", () => {
  for (const words of [
    "No such file or directory",
    "Not a directory",
    "Too many levels of symbolic links",
    "Invalid argument",
  ])
    it(`goes on when an entry became something else: ${words}`, async () => {
      findSays(words);
      assert.deepEqual((await scan(true)).mounts, []);
    });

  for (const words of ["Not a directory", "Invalid argument"])
    it(`is an error where nothing should move: ${words}`, async () => {
      findSays(words);
      await assert.rejects(scan(false), new RegExp(`Listing .*tree failed: find: 'data/f299': ${words}`));
    });

  it("stops at what is no race", async () => {
    findSays("Input/output error");
    await assert.rejects(scan(true), /Listing .*tree failed: find: 'data\/f299': Input\/output error/);
  });
});
