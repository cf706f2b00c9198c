import assert from "node:assert/strict";
import { test } from "node:test";
import { orderDigest } from "../../../recovery/orders/ledger.ts";
import { readBack, sampleEntries } from "../../../recovery/orders/read-back.ts";
import { FakeEdge } from "../../drill/fake-edge.ts";

const entries = Array.from({ length: 20 }, (_, index) => {
  const order = { id: `id-${index}`, seq: index + 1 };
  return { seq: index + 1, id: order.id, digest: orderDigest(order), acknowledgedAt: "2026-11-20T03:00:00Z" };
});

test("tells missing, altered and unanswered orders apart", async () => {
  const edge = await new FakeEdge().open();
  for (const { id, seq } of entries) edge.orders.set(id, { id, seq });
  edge.orders.delete("id-3");
  edge.orders.set("id-5", { id: "id-5", seq: 600 });
  const found = await readBack(edge.target, entries);
  await edge.close();
  assert.equal(found.checked, 20);
  assert.deepEqual(
    found.missing.map(({ id }) => id),
    ["id-3"],
  );
  assert.deepEqual(
    found.altered.map(({ id }) => id),
    ["id-5"],
  );
  assert.deepEqual(found.unanswered, []);

  const gone = await readBack(edge.target, entries.slice(0, 2));
  assert.deepEqual([gone.missing.length, gone.unanswered.length], [0, 2]);
  assert.match(gone.unanswered[0]?.reason ?? "", /ECONNREFUSED/);
});

test("samples evenly, first and last included", () => {
  assert.deepEqual(
    sampleEntries(entries, 3).map(({ seq }) => seq),
    [1, 11, 20],
  );
  assert.deepEqual(
    sampleEntries(entries, 1).map(({ seq }) => seq),
    [20],
  );
  assert.deepEqual(sampleEntries(entries, 0), []);
  assert.equal(sampleEntries(entries, 99).length, 20);
});
