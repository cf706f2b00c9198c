import assert from "node:assert/strict";
import { test } from "node:test";
import { timeLeft, Transfer } from "../../../operator/screens/transfer.ts";

test("tells how much of how much, how fast, and how long still", () => {
  const transfer = new Transfer();
  assert.equal(transfer.text(), "");
  transfer.tell(0, 0, 1_000_000_000);
  assert.equal(transfer.text(), "0.0 of 1000.0 MB");
  transfer.tell(2_000, 100_000_000, 1_000_000_000);
  assert.equal(transfer.text(), "100.0 of 1000.0 MB, 50.0 MB/s, 18 s left");
});

test("the rate is that of the last seconds, and a standstill has none", () => {
  const transfer = new Transfer();
  transfer.tell(0, 0, 0);
  transfer.tell(10_000, 1_000_000_000, 0);
  for (const at of [40_000, 60_000, 80_000]) transfer.tell(at, 1_000_000_000, 0);
  assert.equal(transfer.rate(), null);
  assert.equal(transfer.text(), "1000.0 MB");
  transfer.tell(90_000, 1_020_000_000, 0);
  assert.ok((transfer.rate() ?? 0) < 2_000_000);
});

test("what is left is told in seconds, minutes, hours", () => {
  assert.deepEqual([0.2, 119, 121, 7_201].map(timeLeft), [
    "1 s left",
    "119 s left",
    "3 min left",
    "3 h left",
  ]);
});
