import assert from "node:assert/strict";
import { test } from "node:test";
import { readPage } from "../../bench/bucket-bytes.ts";
import { readable, renderBenchmark, spread } from "../../bench/render-benchmark.ts";

test("a table is aligned, and says what it was measured on", () => {
  const benchmark = {
    name: "point",
    table: [
      ["", "ms"],
      ["pause", "7"],
      ["in all", "1234"],
    ],
    notes: ["Meanwhile nothing."],
    figures: {},
  };
  const machine = { cores: 2, memoryGiB: 24, kernel: "6.18", loadBefore: 0.5, loadAfter: 3 };
  assert.equal(
    renderBenchmark(benchmark, machine),
    [
      "benchmark point",
      "",
      "            ms",
      "  pause      7",
      "  in all  1234",
      "",
      "  Meanwhile nothing.",
      "  Machine: 2 cores, 24 GiB, Linux 6.18; load average 0.5 before, 3 after.",
    ].join("\n"),
  );
});

test("figures have no more digits than they are worth", () => {
  assert.deepEqual([0.1234, 5, 12.345, 123.456].map(readable), ["0.12", "5", "12.3", "123"]);
  assert.equal(spread({ count: 3, min: 1, median: 2.5, max: 300 }, "ms"), "1 / 2.50 / 300 ms");
});

test("a bucket's listing is added up, definition by definition", () => {
  const definition =
    "<Contents><Key>a</Key><Size>10</Size></Contents><Contents><Size>5</Size></Contents>" +
    "<NextContinuationToken>a&amp;b</NextContinuationToken>";
  assert.deepEqual(readPage(definition), { bytes: 15, next: "a&b" });
  assert.deepEqual(readPage("<ListBucketResult></ListBucketResult>"), { bytes: 0, next: undefined });
});
