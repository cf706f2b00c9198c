import assert from "node:assert/strict";
import { test } from "node:test";
import { movedSince } from "../../../recovery/point/moved-since.ts";
import { records } from "./tree-entry.ts";

test("nothing moved where nothing changed, whatever is new", () => {
  assert.deepEqual(movedSince(records({}), records({}, { path: "data/b" })), { changed: [], gone: 0 });
});

test("a directory's own times do not count, since each new file changes them", () => {
  const folder = { path: "data", kind: "d" } as const;
  assert.deepEqual(movedSince(records(folder), records({ ...folder, ctime: "1001.5" })).changed, []);
});

test("a change time alone does not count: it is an extended attribute's", () => {
  assert.deepEqual(movedSince(records({}), records({ ctime: "1001.5" })).changed, []);
});

test("a file that was replaced, grew, or became something else has changed; one that vanished is gone", () => {
  for (const change of [{ inode: "11" }, { size: 6 }, { mtime: "1000.1" }, { kind: "d" as const }])
    assert.deepEqual(movedSince(records({}), records(change)).changed, ["data/a"]);
  assert.deepEqual(movedSince(records({}), records()), { changed: [], gone: 1 });
});

test("a file that became a pipe has changed", () => {
  const [file = ""] = records({});
  assert.deepEqual(movedSince([file], [file.replace("//f ", "//p ")]).changed, ["data/a"]);
});

test("what could not be copied has changed when it is there now, named in words", () => {
  const odd = records({ path: "data/caf\u00e9" });
  assert.deepEqual(movedSince([], odd, new Set(["data/caf\u00e9"])).changed, ["data/caf%E9"]);
  assert.deepEqual(movedSince([], odd, new Set(["data/gone"])).changed, []);
});
