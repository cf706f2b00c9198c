import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  copyOrder,
  digestInName,
  isAsNamed,
  isWrittenOnce,
} from "../../../recovery/lineage/copied-object.ts";

const name = createHash("sha256").update("a layer").digest("hex");
const piece = `images/blobs/sha256/${name}`;

test("a piece of an image is held against its name, as a pack is", () => {
  for (const key of [piece, `restic/data/aa/${name}`]) {
    assert.equal(digestInName(key), name);
    assert.equal(isAsNamed(key, Buffer.from("a layer")), true);
    assert.equal(isAsNamed(key, Buffer.from("another")), false);
    assert.equal(isWrittenOnce(key), true);
  }
});

test("a record of an image comes after the pieces that it names, and promises nothing by its name", () => {
  const record = `images/records/${name}.json`;
  assert.ok(copyOrder(piece) < copyOrder(record) && copyOrder(record) < copyOrder("lineage/head.json"));
  assert.equal(digestInName(record), null);
});
