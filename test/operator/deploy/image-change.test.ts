import assert from "node:assert/strict";
import { test } from "node:test";
import type { LockedImages } from "../../../catalog/image-lock.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { parseWantedImages, withImages } from "../../../operator/deploy/image-change.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const lock: LockedImages = {
  api: { ref: `ghcr.io/kaleem/api:1@${digest("a")}`, version: "1", source: "upstream" },
  worker: { ref: `ghcr.io/kaleem/worker:1@${digest("a")}`, version: "1", source: "upstream" },
};

test("what is to be deployed is read by key and reference", () => {
  const ref = `ghcr.io:5000/kaleem/api:2@${digest("b")}`;
  assert.deepEqual([...parseWantedImages([`api=${ref}`], lock)], [["api", ref]]);
});

test("every problem is told at once, each with what to do", () => {
  const words = [
    "api",
    "wroker=x",
    "other=y",
    "worker=ghcr.io/kaleem/worker:2",
    `api=a@${digest("b")}`,
    `api=b@${digest("b")}`,
  ];
  assert.throws(
    () => parseWantedImages(words, lock),
    (error: unknown) => {
      assert.ok(error instanceof RecoveryError);
      assert.equal(error.exitCode, exitCodes.usage);
      assert.deepEqual(error.message.split("\n"), [
        "api: expected KEY=REFERENCE@sha256:…, got no reference; write api=…",
        "wroker: no image of the lock; did you mean worker?",
        "other: no image of the lock; the lock has: api, worker",
        'worker: expected a reference that ends in @sha256: and 64 hexadecimal digits, got "ghcr.io/kaleem/worker:2"; take the digest from what pushed it',
        "api: given twice; give one reference",
      ]);
      return true;
    },
  );
  assert.throws(
    () => parseWantedImages([], lock),
    /^RecoveryError: expected KEY=REFERENCE@sha256:…, got nothing; name what to deploy$/,
  );
});

test("only what is wanted changes in the lock, and each change is a line", () => {
  const next = `ghcr.io/kaleem/api:2@${digest("b")}`;
  const { lock: after, lines } = withImages(
    lock,
    new Map([
      ["api", next],
      ["worker", lock["worker"]?.ref ?? ""],
    ]),
  );
  assert.deepEqual(after, { ...lock, api: { ref: next, version: "2", source: "upstream" } });
  assert.deepEqual(lines, [`api: ${lock["api"]?.ref ?? ""} → ${next}`]);
});

test("an image without a tag is called by its digest, and a registry's port is no tag", () => {
  const ref = `registry.example:5000/kaleem/api@${digest("c")}`;
  assert.equal(withImages(lock, new Map([["api", ref]])).lock["api"]?.version, "sha256:cccccccccccc");
});
