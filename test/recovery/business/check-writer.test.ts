import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { after, test } from "node:test";
import { digestOf } from "../../../recovery/business/ledger.ts";
import { readLedger } from "../../../recovery/business/ledger-file.ts";
import { CheckWriter } from "../../../recovery/business/check-writer.ts";
import { fakeCheck, FakeEdge } from "./fake-edge.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-writer-"));
after(() => {
  rmSync(folder, { recursive: true });
});
let count = 0;
const newLedger = () => join(folder, `${count++}.jsonl`);

/** A writer at 100 writes/s against this edge, for so long. */
async function write(
  edge: FakeEdge,
  ms: number,
  during: () => Promise<void> | void = () => {},
  timeoutMs = 150,
) {
  const ledgerFile = newLedger();
  const writer = await CheckWriter.start({
    target: edge.target,
    check: fakeCheck,
    ledgerFile,
    ratePerSecond: 100,
    timeoutMs,
  });
  const began = performance.now();
  await Promise.all([wait(ms), during()]);
  // Of a busy machine's milliseconds there may be more.
  const tookMs = performance.now() - began;
  const statistics = await writer.stop();
  return { statistics, tookMs, entries: (await readLedger(ledgerFile)).entries, ledgerFile };
}

test("keeps its rate and records exactly what was acknowledged", async () => {
  const edge = await new FakeEdge().open();
  // Patience enough for a busy machine: an answer that comes late would be counted as unknown.
  const { statistics, entries, tookMs } = await write(edge, 500, () => {}, 5_000);
  await edge.close();
  const due = tookMs / 10;
  assert.ok(
    statistics.sent >= due * 0.8 && statistics.sent <= due * 1.1 + 1,
    `sent ${statistics.sent} in ${tookMs} ms at 100/s`,
  );
  assert.equal(statistics.acknowledged, statistics.sent);
  assert.equal(entries.length, statistics.acknowledged);
  for (const { id, digest } of entries) assert.equal(digest, digestOf(edge.orders.get(id)));
  assert.deepEqual(
    entries.map(({ seq }) => seq).toSorted((a, b) => a - b),
    entries.map((_, index) => index + 1),
  );
  assert.equal(statistics.firstAcknowledgedAt?.toISOString(), entries[0]?.acknowledgedAt);
  assert.ok((statistics.p50Ms ?? 1000) <= (statistics.p99Ms ?? 0));
});

test("counts a refusal as failed, a server error as unknown, and records neither", async () => {
  const edge = await new FakeEdge().open();
  let turn = 0;
  edge.place = (_request, response) => {
    edge.reply(response, turn++ % 2 === 0 ? 400 : 503, { error: "test" });
  };
  const { statistics, entries } = await write(edge, 200, () => {}, 5_000);
  await edge.close();
  assert.equal(entries.length, 0);
  assert.equal(statistics.failed, statistics.causes["400 test"]);
  assert.equal(statistics.unknown, statistics.causes["503 test"]);
  assert.equal(statistics.failed + statistics.unknown, statistics.sent);
});

test("counts writes without an answer as unknown, though the edge placed them", async () => {
  const edge = await new FakeEdge().open();
  edge.place = (_request, response, order) => {
    edge.orders.set(order.id, order);
    if (edge.orders.size % 2 === 0) response.destroy();
  };
  const { statistics, entries } = await write(edge, 200);
  await edge.close();
  assert.equal(entries.length, 0);
  assert.equal(statistics.unknown, statistics.sent);
  assert.ok((statistics.causes["timeout"] ?? 0) > 0 && (statistics.causes["ECONNRESET"] ?? 0) > 0);
});

test("an edge that hangs delays no other write", async () => {
  const edge = await new FakeEdge().open();
  let turn = 0;
  edge.place = (_request, response, order) => {
    if (turn++ % 2 === 0) edge.accept(response, order);
  };
  const hangsForMs = 3_000;
  const { statistics } = await write(edge, 400, () => {}, hangsForMs);
  await edge.close();
  assert.ok(statistics.sent >= 35, `sent ${statistics.sent}`);
  assert.ok((statistics.p99Ms ?? hangsForMs) < hangsForMs / 2, `p99 ${statistics.p99Ms} ms`);
});

test("skips and counts what is due while too many are unanswered", async () => {
  const edge = await new FakeEdge().open();
  edge.place = () => {};
  const ledgerFile = newLedger();
  const options = {
    target: edge.target,
    check: fakeCheck,
    ledgerFile,
    ratePerSecond: 100,
    maxInFlight: 5,
    timeoutMs: 2000,
  };
  const writer = await CheckWriter.start(options);
  await wait(200);
  assert.equal(writer.statistics().sent, 5);
  assert.ok(writer.statistics().skipped >= 10);
  await edge.close();
  assert.equal((await writer.stop()).unknown, 5);
});

test("goes on through a loss of the edge and measures the gap", async () => {
  const edge = await new FakeEdge().open();
  const lose = async () => {
    await wait(200);
    await edge.close();
    await wait(300);
    await edge.open();
  };
  const { statistics, entries, tookMs } = await write(edge, 900, lose, 5_000);
  await edge.close();
  const refused = statistics.causes["ECONNREFUSED"] ?? 0;
  assert.ok(refused >= 20 && statistics.failed >= refused, JSON.stringify(statistics.causes));
  assert.ok(
    statistics.largestGapMs >= 290 && statistics.largestGapMs < tookMs,
    `gap ${statistics.largestGapMs} of ${tookMs} ms`,
  );
  const last = entries.at(-1);
  assert.ok(
    last !== undefined && Date.parse(last.acknowledgedAt) > statistics.largestGapFrom.getTime() + 290,
  );
});

test("an edge that acknowledges and then dies leaves every acknowledged write in the ledger", async () => {
  const edge = await new FakeEdge().open();
  const acknowledged: string[] = [];
  const { statistics, entries } = await write(edge, 300, async () => {
    edge.place = (_request, response, order) => {
      edge.accept(response, order);
      response.on("close", () => {
        if (response.writableFinished) acknowledged.push(order.id);
      });
    };
    await wait(150);
    await edge.close();
  });
  const recorded = new Set(entries.map(({ id }) => id));
  assert.equal(recorded.size, statistics.acknowledged);
  for (const id of acknowledged) assert.ok(recorded.has(id) || statistics.unknown > 0);
  for (const id of recorded) assert.ok(edge.orders.has(id));
});

test("does not take a write for acknowledged that was confirmed differently", async () => {
  const edge = await new FakeEdge().open();
  edge.place = (_request, response, order) => {
    edge.accept(response, { ...order, quantity: 99 });
  };
  const { statistics, entries } = await write(edge, 100, () => {}, 5_000);
  await edge.close();
  assert.equal(entries.length, 0);
  assert.equal(statistics.altered, statistics.sent);
});

test("goes on with an earlier ledger after its last number", async () => {
  const edge = await new FakeEdge().open();
  const first = await write(edge, 100);
  const options = { target: edge.target, check: fakeCheck, ledgerFile: first.ledgerFile, ratePerSecond: 100 };
  const writer = await CheckWriter.start(options);
  await wait(100);
  await writer.stop();
  await edge.close();
  const { entries } = await readLedger(first.ledgerFile);
  assert.ok(entries.length > first.entries.length);
});

test("stops and says so when the ledger cannot be written: an acknowledgement without a record proves nothing", async () => {
  const edge = await new FakeEdge().open();
  const writer = await CheckWriter.start({
    target: edge.target,
    check: fakeCheck,
    ledgerFile: "/dev/full",
    ratePerSecond: 100,
  });
  await wait(100);
  assert.equal(writer.statistics().acknowledged, 0);
  await assert.rejects(writer.stop(), /ENOSPC/);
  await edge.close();
});
