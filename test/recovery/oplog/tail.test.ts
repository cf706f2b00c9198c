import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { readSlices } from "../../../recovery/oplog/read-slices.ts";
import { openSlice } from "../../../recovery/oplog/slice-object.ts";
import { pendingPath, tailRecordPath } from "../../../recovery/oplog/tail-record.ts";
import { tailOnce } from "../../../recovery/oplog/tail.ts";
import { entry, insert, key, noon, noop, parse, tailFixture } from "./oplog-fixture.ts";

async function positions(bucket: ReturnType<typeof tailFixture>["bucket"]): Promise<string[]> {
  const found: string[] = [];
  for await (const entries of readSlices({ bucket, key, parse }, bucket.names()))
    found.push(...entries.map(({ position: { t, i } }) => `${t - noon}:${i}`));
  return found;
}

test("a tail ships what is written from its beginning on, in a chain whose every slice follows the one before it", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  assert.equal((await tailOnce(ports)).state, "shipped");
  oplog.entries.push(insert(noon, 1, "a"), insert(noon, 2, "b"));
  host.seconds = noon + 4;
  assert.equal((await tailOnce(ports)).state, "shipped");
  oplog.entries.push(insert(noon + 5, 1, "c"));
  host.seconds = noon + 8;
  const { record, oldest } = await tailOnce(ports);
  assert.deepEqual(await positions(bucket), ["0:1", "0:2", "5:1"]);
  assert.deepEqual([record?.until, record?.counts.entries, oldest], [noon + 7, 3, noon + 5]);
  const [first] = bucket.names();
  assert.deepEqual(
    [first?.after, first?.last, first?.previous],
    [{ t: noon - 9, i: 1 }, { t: noon - 9, i: 1 }, null],
  );
});

test("nobody reads an entry in the bucket without the repository's key", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon, 1, "secret-order-4711"));
  host.seconds = noon + 4;
  await tailOnce(ports);
  const object = [...bucket.objects.values()].at(-1) ?? Buffer.alloc(0);
  assert.doesNotMatch(object.toString("latin1"), /secret-order|kaleem\.orders/);
  assert.equal(
    await openSlice(object, Buffer.alloc(32)),
    "does not open with the repository's key, or was altered",
  );
});

test("what is written in the present second waits for the next slice", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon + 3, 1, "a"), insert(noon + 4, 1, "b"));
  host.seconds = noon + 5;
  await tailOnce(ports);
  assert.deepEqual(await positions(bucket), ["3:1"]);
  host.seconds = noon + 6;
  await tailOnce(ports);
  assert.deepEqual(await positions(bucket), ["3:1", "4:1"]);
});

test("after the clock went back, entries that are ahead of it are shipped all the same", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon + 1, 1, "a"), insert(noon + 1, 2, "b"));
  host.seconds = noon - 3600;
  const { record } = await tailOnce(ports);
  assert.deepEqual(await positions(bucket), ["1:1", "1:2"]);
  assert.equal(record?.until, noon + 1);
});

test("a quiet store costs a slice a minute, which says that nothing was written", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  for (const after of [10, 20, 30, 40, 50]) {
    oplog.entries.push(noop(noon + after - 2));
    host.seconds = noon + after;
    assert.equal((await tailOnce(ports)).state, "idle");
  }
  host.seconds = noon + 61;
  assert.equal((await tailOnce(ports)).state, "shipped");
  assert.equal(bucket.objects.size, 2);
  assert.equal(bucket.names().at(-1)?.until, noon + 60);
});

test("an oplog that has rolled over leaves a hole: recorded, told in the next slice, and a point is asked for", async () => {
  const { oplog, bucket, host, asked, lines, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries = [insert(noon + 60, 1, "x"), insert(noon + 60, 2, "y")];
  host.seconds = noon + 70;
  const round = await tailOnce(ports);
  assert.deepEqual(round.record?.gap?.after, { t: noon - 9, i: 1 });
  assert.equal(round.record.counts.gaps, 1);
  assert.equal(asked.length, 1);
  assert.match(
    lines.at(-1) ?? "",
    /^hole in the slices of the oplog after 2026-12-01T03:59:51Z .*: the oplog has rolled over/,
  );
  assert.equal((await tailOnce(ports)).state, "shipped");
  const last = await openSlice([...bucket.objects.values()].at(-1) ?? Buffer.alloc(0), key);
  assert.ok(typeof last !== "string");
  assert.deepEqual([last.header.previous, last.header.gap?.after], [null, { t: noon - 9, i: 1 }]);
  oplog.entries.push(insert(noon + 71, 1, "z"));
  host.seconds = noon + 75;
  await tailOnce(ports);
  assert.equal(asked.length, 1);
  const next = await openSlice([...bucket.objects.values()].at(-1) ?? Buffer.alloc(0), key);
  assert.ok(typeof next !== "string");
  assert.equal(next.header.gap, null);
});

test("another entry where the last one had been is a hole too, with newer ones after it or without", async () => {
  for (const more of [[], [insert(noon + 3, 1, "more")]]) {
    const { oplog, host, asked, lines, ports } = tailFixture([insert(noon - 9, 1, "before")]);
    await tailOnce(ports);
    oplog.entries = [insert(noon - 9, 1, "other"), ...more];
    host.seconds = noon + 5;
    await tailOnce(ports);
    assert.equal(asked.length, 1);
    assert.match(lines.at(-1) ?? "", /another entry where the last one that was shipped had been/);
  }
});

test("entries that a crash took back are a hole", async () => {
  const { oplog, host, lines, ports } = tailFixture([insert(noon - 20, 1, "a"), insert(noon - 9, 1, "b")]);
  await tailOnce(ports);
  oplog.entries = [insert(noon - 20, 1, "a"), insert(noon + 2, 1, "c")];
  host.seconds = noon + 5;
  await tailOnce(ports);
  assert.match(lines.at(-1) ?? "", /does not hold the last entry that was shipped: it was lost in a crash/);
});

test("killed between the upload and its record, the tail sends the same slice once more, and no entry twice", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon, 1, "a"));
  host.seconds = noon + 4;
  const recorded = host.files.get(tailRecordPath) ?? "";
  const write = host.writeFile.bind(host);
  host.writeFile = (path, content) =>
    path === tailRecordPath ? Promise.reject(new Error("killed")) : write(path, content);
  await assert.rejects(tailOnce(ports), /^Error: killed$/);
  host.writeFile = write;
  assert.equal(host.files.get(tailRecordPath), recorded);
  assert.equal(bucket.objects.size, 2);
  oplog.entries.push(insert(noon + 5, 1, "b"));
  host.seconds = noon + 9;
  await tailOnce(ports);
  assert.deepEqual(await positions(bucket), ["0:1", "5:1"]);
  assert.equal(host.files.has(pendingPath), false);
});

test("killed before the upload, the tail sends what it had kept, then goes on", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon, 1, "a"));
  host.seconds = noon + 4;
  bucket.failures = [{ error: new RecoveryError(exitCodes.offsiteUnreachable, "no answer"), stored: false }];
  await assert.rejects(tailOnce(ports), /no answer/);
  await tailOnce(ports);
  assert.deepEqual(await positions(bucket), ["0:1"]);
});

test("a write whose answer was lost is found to be there", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon, 1, "a"));
  host.seconds = noon + 4;
  bucket.failures = [{ error: new RecoveryError(exitCodes.offsiteUnreachable, "no answer"), stored: true }];
  await assert.rejects(tailOnce(ports), /no answer/);
  const { record } = await tailOnce(ports);
  assert.deepEqual(record?.last, { t: noon, i: 1 });
  assert.deepEqual(await positions(bucket), ["0:1"]);
});

test("other bytes where the slice belongs are never taken for it", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon, 1, "a"));
  host.seconds = noon + 4;
  const store = bucket.store.bind(bucket);
  bucket.store = (name, body) => {
    bucket.objects.set(name, Buffer.from("somebody else's"));
    return store(name, body);
  };
  await assert.rejects(tailOnce(ports), { exitCode: exitCodes.objectLocked });
});

test("a new generation begins a chain of its own, which is no hole", async () => {
  const { oplog, bucket, host, asked, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  await tailOnce(ports);
  oplog.entries.push(insert(noon, 1, "after the restore"));
  host.seconds = noon + 4;
  const identity = { ...ports.identity, generation: 2 };
  await tailOnce({ ...ports, identity });
  assert.deepEqual(
    bucket.names().map(({ generation, previous }) => [generation, previous]),
    [
      [1, null],
      [2, null],
    ],
  );
  assert.equal(asked.length, 0);
});

test("without an oplog, or without a lineage, nothing is shipped and nothing is wrong", async () => {
  const { bucket, ports } = tailFixture([]);
  assert.equal((await tailOnce(ports)).state, "none");
  const { ports: unfounded } = tailFixture([insert(noon, 1, "a")]);
  const identity = { lineage: "host-1", generation: 0, founded: null };
  assert.equal((await tailOnce({ ...unfounded, identity })).state, "none");
  assert.equal(bucket.objects.size, 0);
});

test("more than a slice holds is shipped in several, at once, and none says more than it holds", async () => {
  const { oplog, bucket, host, ports } = tailFixture([insert(noon - 9, 1, "before")]);
  const small = { ...ports, sliceBytes: 500 };
  await tailOnce(small);
  const big = "x".repeat(300);
  for (const i of [1, 2, 3]) oplog.entries.push(entry({ t: noon, i }, "i", { _id: i, big }));
  host.seconds = noon + 4;
  const first = await tailOnce(small);
  assert.deepEqual([first.more, first.record?.until], [true, noon]);
  while ((await tailOnce(small)).state === "shipped");
  assert.deepEqual(await positions(bucket), ["0:1", "0:2", "0:3"]);
  host.seconds = noon + 70;
  assert.equal((await tailOnce(small)).record?.until, noon + 69);
});
