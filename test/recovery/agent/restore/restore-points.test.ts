import assert from "node:assert/strict";
import { test } from "node:test";
import { layout } from "../../../../contract/layout.ts";
import { restorePoints } from "../../../../recovery/agent/restore/restore-points.ts";
import { LocalHost } from "../../../../recovery/host/local-host.ts";

/** A record of a point that ran from one second to another. */
function record(point: string, from: number, to: number): string {
  const at = (second: number): string => new Date(second * 1000).toISOString();
  const numbers = Object.fromEntries(
    ["attempts", "pauseMs", "firstPassMs", "secondPassMs", "backupMs", "totalMs", "files", "bytes", "bytesAdded"].map((name) => [name, 1]),
  ); // prettier-ignore
  const result = {
    point,
    lineage: "l",
    generation: 1,
    instant: at(from),
    snapshot: "s",
    stores: [],
    ...numbers,
  };
  return JSON.stringify({
    lastRun: { startedAt: at(from), finishedAt: at(to), ok: true, exitCode: 0, message: "" },
    lastSuccess: { finishedAt: at(to), result },
  });
}

/** A host whose clock stands at 100 s, and whose point unit leaves these records, one a start. */
function hostWith(records: string[]): { readonly host: LocalHost; readonly starts: () => number } {
  const host = new LocalHost();
  let [starts, left] = [0, ""];
  host.now = () => new Date(100_000);
  host.run = async () => {
    starts += 1;
    left = records.shift() ?? left;
    return "";
  };
  host.readFile = async (path) => (path === `${layout.agentState}/point.json` ? left : null);
  return { host, starts: () => starts };
}

test("a point that ran already is waited for and does not count: what came after its instant is not in it", async () => {
  const { host, starts } = hostWith([record("before", 90, 110), record("own", 101, 111)]);
  assert.equal(await restorePoints({ host }).take(), "own");
  assert.equal(starts(), 2);
});

test("a point of its own is taken once", async () => {
  const { host, starts } = hostWith([record("own", 100, 111)]);
  assert.equal(await restorePoints({ host }).take(), "own");
  assert.equal(starts(), 1);
});

test("only points of before fail, and are not asked for without end", async () => {
  const { host, starts } = hostWith([record("before", 90, 95)]);
  await assert.rejects(restorePoints({ host }).take(), /^Error: kaleem-point\.service: it left no record$/);
  assert.equal(starts(), 2);
});
