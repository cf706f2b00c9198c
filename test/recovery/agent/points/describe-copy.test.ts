import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CopiedStore,
  describeCopy,
  type SeenOfCopy,
} from "../../../../recovery/agent/points/describe-copy.ts";

const mongo: CopiedStore = {
  service: "mongo",
  image: "registry/mongo@sha256:aa",
  directories: ["mongo"],
  version: "8.0.3",
  copiedAt: new Date("2026-11-20T03:10:01.500Z"),
  oplog: null,
};

const sum = "a".repeat(64);
const digest = { names: sum, sizes: sum, access: sum, times: sum, folders: { ".": { files: 3, bytes: 4096, digest: sum } } }; // prettier-ignore

const seen: SeenOfCopy = {
  id: "20261120T031000Z-ab12",
  lineage: "prod-1",
  generation: 2,
  host: "machine",
  stack: "prod",
  instant: new Date("2026-11-20T03:10:00.250Z"),
  pauseMs: 87.4,
  held: { mongo: { files: 3, bytes: 4096, digest, leftOut: [] } },
  stores: [mongo],
};

test("tags and manifest of a copy tell the same point, instant and stores", () => {
  const { tags, manifest } = describeCopy(seen);
  assert.deepEqual(tags, {
    id: seen.id,
    lineage: "prod-1",
    generation: 2,
    instant: "2026-11-20T03:10:00.250Z",
    stores: ["mongo"],
    bytes: 4096,
  });
  assert.deepEqual(manifest.stores["mongo"], {
    canary: seen.id,
    counts: {},
    copiedAt: "2026-11-20T03:10:01.500Z",
    version: "8.0.3",
    image: "registry/mongo@sha256:aa",
    directories: { mongo: { files: 3, bytes: 4096, digest } },
  });
  assert.deepEqual([manifest.instant, manifest.pauseMs, manifest.host], [tags.instant, 87, "machine"]);
});

test("the manifest says what was left out, and only when there was something", () => {
  const leftOut = [{ reason: "socket", count: 1, paths: ["mongo/socket"] }];
  const { manifest } = describeCopy({ ...seen, held: { mongo: { files: 3, bytes: 4096, digest, leftOut } } });
  assert.deepEqual(manifest.stores["mongo"]?.directories["mongo"]?.leftOut, leftOut);
});

test("a point says where the store's oplog ended before its files were copied", () => {
  const position = { t: 1_763_000_000, i: 2 };
  const { manifest } = describeCopy({ ...seen, stores: [{ ...mongo, oplog: position }] });
  const facts = manifest.stores["mongo"];
  assert.deepEqual(facts?.kind === "files" ? null : facts?.oplog, position);
  assert.equal("oplog" in (describeCopy(seen).manifest.stores["mongo"] ?? {}), false);
});
