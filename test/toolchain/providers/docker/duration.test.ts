import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatDuration,
  parseDuration,
  shortDuration,
} from "../../../../toolchain/providers/docker/duration.ts";

test("reads durations as Go does", () => {
  const durations = { "0": 0, "0s": 0, "1m30s": 90e9, "1.5h": 5400e9, "250ms": 250e6, "30m": 1800e9 };
  for (const [text, nanoseconds] of Object.entries(durations))
    assert.equal(parseDuration(text), nanoseconds, text);
});

test("refuses what is no duration", () => {
  for (const text of ["", "2", "s", "1 s", "-1s", "1d", "1m30"])
    assert.equal(parseDuration(text), undefined, text);
});

test("writes durations as Go does, and short as the state holds them", () => {
  assert.equal(formatDuration(60e9), "1m0s");
  assert.equal(formatDuration(12e9), "12s");
  assert.equal(formatDuration(3600e9), "1h0m0s");
  assert.equal(formatDuration(1.5e9), "1.5s");
  assert.equal(formatDuration(250e6), "250ms");
  assert.equal(shortDuration(60e9), "1m");
  assert.equal(shortDuration(3600e9), "1h");
  assert.equal(shortDuration(90e9), "1m30s");
  assert.equal(shortDuration(0), "0s");
});
