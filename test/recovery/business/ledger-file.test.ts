import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LedgerFile, readLedger } from "../../../recovery/business/ledger-file.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-ledger-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const entry = (seq: number) => ({
  seq,
  id: `thing-${seq}`,
  digest: "d".repeat(64),
  acknowledgedAt: new Date(1_700_000_000_000 + seq).toISOString(),
});
let count = 0;
function ledger(content?: string): string {
  const file = join(folder, `${count++}.jsonl`);
  if (content !== undefined) writeFileSync(file, content);
  return file;
}
const line = (seq: number) => JSON.stringify(entry(seq)) + "\n";

test("has every entry on disk, in order, as soon as append returns", async () => {
  const path = ledger();
  const file = await LedgerFile.open(path);
  await Promise.all([1, 2, 3].map((seq) => file.append(entry(seq))));
  assert.equal(readFileSync(path, "utf8"), line(1) + line(2) + line(3));
  await file.close();
  assert.deepEqual(await readLedger(path), { entries: [entry(1), entry(2), entry(3)] });
});

test("reports and drops a torn last line", async () => {
  const path = ledger(line(1) + line(2).slice(0, 20));
  assert.deepEqual(await readLedger(path), { entries: [entry(1)], torn: line(2).slice(0, 20) });
});

test("cuts a torn last line off before it goes on", async () => {
  const path = ledger(line(1) + '{"seq":2,"id":"é');
  const file = await LedgerFile.open(path);
  assert.equal(file.lastSeq, 1);
  await file.append(entry(2));
  await file.close();
  assert.equal(readFileSync(path, "utf8"), line(1) + line(2));
});

test("refuses a bad line elsewhere, naming every one", async () => {
  const path = ledger(line(1) + '{"seq":2\n' + line(3) + '{"seq":4,"id":"x"}\n');
  await assert.rejects(readLedger(path), {
    name: "LedgerError",
    message:
      `${path}: line 2: expected an acknowledged write, got "{\\"seq\\":2"\n` +
      `${path}: line 4: expected an acknowledged write, got "{\\"seq\\":4,\\"id\\":\\"x\\"}"\n` +
      "The ledger was changed or mixed up; no loss can be measured with it.",
  });
});

test("refuses a write that is named twice", async () => {
  const path = ledger(line(1) + line(2) + line(1));
  await assert.rejects(
    readLedger(path),
    /line 3: id thing-1 is already on line 1\n.*line 3: seq 1 is already on line 1/,
  );
});

test("refuses to go on with a ledger that cannot be trusted", async () => {
  const path = ledger("nonsense\n" + line(1));
  await assert.rejects(LedgerFile.open(path), /line 1: expected an acknowledged write/);
});

test("an empty ledger is one without entries", async () => {
  assert.deepEqual(await readLedger(ledger("")), { entries: [] });
});

test("after a failed write no later entry counts", async () => {
  const file = await LedgerFile.open("/dev/full");
  await assert.rejects(file.append(entry(1)), /ENOSPC/);
  await assert.rejects(file.append(entry(2)), /ENOSPC/);
  await file.close();
});

test("sees entries that others appended since", async () => {
  const path = ledger(line(1));
  appendFileSync(path, line(5));
  const file = await LedgerFile.open(path);
  assert.equal(file.lastSeq, 5);
  await file.close();
});
