import assert from "node:assert/strict";
import test from "node:test";
import { makeRuns } from "../../../bench/verify-benchmark.ts";
import { eachCheck, isAsExpected, planRuns } from "../../../bench/verify/runs.ts";
import { silentProgress } from "../../../workstation/progress.ts";

const dayMs = 86_400_000;
/** Another one each day, and the same all day; `KALEEM_SEED` makes a run of before again. */
const seed = Number(process.env["KALEEM_SEED"] ?? Math.floor(Date.now() / dayMs));
const all = { seed, only: [], without: null };

test(`the verdict of a restore, a sample drawn by the seed ${seed}: faults are named, an untouched point is not, a check that is off is missed`, async () => {
  const runs = [
    ...planRuns({ ...all, runs: 4, untouched: 1 }),
    ...planRuns({ ...all, runs: 1, untouched: 0, without: eachCheck }),
  ];
  const results = await makeRuns(runs, silentProgress);
  assert.equal(results.length, runs.length);
  const wrong = results.filter((one) => !isAsExpected(one));
  assert.deepEqual(wrong, [], `KALEEM_SEED=${seed} makes them again`);
});
