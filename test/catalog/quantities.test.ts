import assert from "node:assert/strict";
import test from "node:test";
import { bytes, dockerDuration, type Duration, goDuration, milliseconds } from "../../catalog/quantities.ts";

test("a span means the same number of milliseconds to everybody; m is minutes", () => {
  for (const [span, ms] of [
    ["500ms", 500],
    ["90s", 90_000],
    ["90m", 5_400_000],
    ["48h", 172_800_000],
  ] as const)
    assert.equal(milliseconds(span), ms);
  for (const none of ["5", "1d", "1m30s", "-1s", " 1s", "1 s", "1M", ""])
    assert.throws(() => milliseconds(none as Duration), /^Error: expected a time such as 30s, got "/, none);
});

test("a span is told to Docker as Go writes it, without units that are zero at the end", () => {
  const told: Record<string, string> = {
    "0s": "0s",
    "250ms": "250ms",
    "1500ms": "1.5s",
    "59s": "59s",
    "60s": "1m",
    "90s": "1m30s",
    "61500ms": "1m1.5s",
    "60m": "1h",
    "90m": "1h30m",
    "3630s": "1h0m30s",
    "48h": "48h",
  };
  for (const [span, go] of Object.entries(told)) assert.equal(dockerDuration(span as Duration), go, span);
  assert.equal(goDuration(87_840_000), "24h24m");
});

test("a size is its bytes, in binary units only", () => {
  assert.equal(bytes("512MiB"), 536_870_912);
  for (const none of ["512", "512MB", "1 GiB", "1TiB", ""])
    assert.throws(() => bytes(none as "1GiB"), /^Error: expected a size such as 512MiB, got "/, none);
});
