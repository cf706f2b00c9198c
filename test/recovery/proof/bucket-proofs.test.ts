import assert from "node:assert/strict";
import { test } from "node:test";
import { BucketProofs } from "../../../recovery/proof/bucket-proofs.ts";
import { openText, sealText } from "../../../recovery/proof/sealed-text.ts";
import { manifest, proofOf } from "../restore/phases/ports-fixture.ts";

const password = "Repository_Password-0123456789";
const record = proofOf(manifest());
const key = `lineage/proofs/${record.point}.json`;

function bucket() {
  const objects = new Map<string, string>();
  return {
    objects,
    get: async (name: string) => {
      const body = objects.get(name);
      return body === undefined ? null : { body, etag: '"1"' };
    },
    put: async (name: string, body: string) => {
      objects.set(name, body);
      return true;
    },
    delete: async (name: string) => void objects.delete(name),
  };
}

test("what is sealed is read with its password, and by nobody else", async () => {
  const sealed = await sealText("queue/قائمة\n", password);
  assert.equal(await openText(sealed, password), "queue/قائمة\n");
  assert.equal(await openText(sealed, `${password}x`), null);
  assert.notEqual(await sealText("queue/قائمة\n", password), sealed, "never twice the same");
});

test("what was changed, cut, or is something else is not read", async () => {
  const sealed = await sealText("text", password);
  const parts = JSON.parse(sealed) as Record<string, string>;
  const flipped = (name: string): string => {
    const bytes = Buffer.from(parts[name] ?? "", "base64");
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return JSON.stringify({ ...parts, [name]: bytes.toString("base64") });
  };
  const others = [...["salt", "nonce", "tag", "text"].map(flipped), sealed.slice(0, -20), "", "{}", "null"];
  others.push(JSON.stringify({ ...parts, tag: "" }), JSON.stringify({ ...parts, nonce: "" }));
  for (const other of others) assert.equal(await openText(other, password), null, other);
});

test("a proof comes back from the bucket as it was brought; names are not readable there", async () => {
  const there = bucket();
  const proofs = new BucketProofs(there, password);
  assert.equal(await proofs.read(record.point), null);
  await proofs.write(record);
  assert.deepEqual(await proofs.read(record.point), record);
  assert.doesNotMatch(there.objects.get(key) ?? "", /redis|database/);
  await proofs.remove(record.point);
  assert.equal(there.objects.size, 0);
});

test("another point's proof under this name, and one of another password, prove nothing", async () => {
  const there = bucket();
  const proofs = new BucketProofs(there, password);
  await proofs.write(record);
  const other = "20261120T041000Z-77c1";
  there.objects.set(`lineage/proofs/${other}.json`, there.objects.get(key) ?? "");
  assert.equal(await proofs.read(other), null);
  assert.equal(await new BucketProofs(there, "another").read(record.point), null);
});

test("a name that is no point's id reaches no key", async () => {
  await assert.rejects(new BucketProofs(bucket(), password).read("../head"), /expected a point's id/);
});
