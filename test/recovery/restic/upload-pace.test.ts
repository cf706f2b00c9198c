import assert from "node:assert/strict";
import { test } from "node:test";
import { uploadPace } from "../../../recovery/restic/upload-pace.ts";

const MiB = 1024 * 1024;

test("a slow link carries one small pack at a time, a fast one more and larger ones", () => {
  const paces = [50_000, 1_000_000, 2_000_000, 4_500_000, 12_500_000, 125_000_000].map((rate) =>
    uploadPace(rate),
  );
  assert.deepEqual(
    paces.map(({ connections, packMiB }) => `${connections}x${packMiB}`),
    ["1x4", "1x4", "1x4", "4x4", "5x9", "5x32"],
  );
  assert.deepEqual(uploadPace(null), { connections: 2, packMiB: 4 });
});

test("what is under way is seconds' worth of the link, from 8 Mbit/s on", () => {
  for (let rate = 1_000_000; rate < 1e9; rate *= 1.3) {
    const { connections, packMiB } = uploadPace(rate);
    assert.ok((connections * packMiB * MiB) / rate <= 4.3, `${rate}: ${connections} x ${packMiB}`);
  }
});
