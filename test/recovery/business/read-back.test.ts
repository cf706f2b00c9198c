import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../../../recovery/business/ledger.ts";
import { faultsIn, readBack, sampleEntries } from "../../../recovery/business/read-back.ts";
import { fakeCheck, FakeEdge } from "./fake-edge.ts";

const entries = Array.from({ length: 20 }, (_, index) => {
  const order = { id: `id-${index}`, seq: index + 1 };
  return { seq: index + 1, id: order.id, digest: digestOf(order), acknowledgedAt: "2026-11-20T03:00:00Z" };
});

const [, stored] = Object.entries(fakeCheck.reads)[0] ?? assert.fail();

test("tells missing, altered and unanswered writes apart, by each of the check's reads", async () => {
  const edge = await new FakeEdge().open();
  for (const { id, seq } of entries) edge.orders.set(id, { id, seq });
  edge.orders.delete("id-3");
  edge.orders.set("id-5", { id: "id-5", seq: 600 });
  const reads = { stored, elsewhere: { ...stored, path: "/elsewhere/{id}", equals: {}, missing: 410 } };
  const found = await readBack(edge.target, { reads }, entries);
  await edge.close();
  assert.equal(found.checked, 20);
  assert.deepEqual(
    found.reads["stored"]?.missing.map(({ id }) => id),
    ["id-3"],
  );
  assert.deepEqual(
    found.reads["stored"].altered.map(({ id }) => id),
    ["id-5"],
  );
  assert.deepEqual(found.reads["stored"].unanswered, []);
  assert.deepEqual(
    found.reads["elsewhere"]?.unanswered.map(({ entry, reason }) => [entry.id, reason]),
    [["id-3", "404"]],
  );
  assert.deepEqual(faultsIn(found), { missing: 1, altered: 1, unanswered: 1 });

  const gone = await readBack(edge.target, fakeCheck, entries.slice(0, 2));
  const { missing = [], unanswered = [] } = gone.reads["stored"] ?? {};
  assert.deepEqual([missing.length, unanswered.length], [0, 2]);
  assert.match(unanswered[0]?.reason ?? "", /ECONNREFUSED/);
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
