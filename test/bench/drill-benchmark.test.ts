import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { benchmarkDrill } from "../../bench/drill-benchmark.ts";

const repository = await mkdtemp(join(tmpdir(), "kaleem-drill-bench-"));
const folder = join(repository, ".kaleem", "drills");
after(() => rm(repository, { recursive: true }));

async function keep(name: string, changes: object): Promise<void> {
  const orders = { acknowledgedBeforeLoss: 3, restored: 2, lostAfterPoint: 1, missingOrAltered: [] };
  const timeline = [{ name: "up", at: "2026-11-21T12:00:00.000Z", seconds: 80 }];
  const report = { version: 1, stack: "drill", startedAt: "2026-11-21T12:00:00.000Z", timeline, orders };
  const figures = {
    rpoSeconds: 18.5,
    rtoSeconds: 71.2,
    point: "20261121T120000Z-aaaa",
    stores: [],
    spreads: { orders: null, copies: null },
    causes: [],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), JSON.stringify({ ...report, ...figures, ...changes }));
}

test("without any drill it says how to make one", async () => {
  await assert.rejects(benchmarkDrill(repository, false), {
    message: "bench: no drill was run yet. Run one with `./kaleem bench drill --run`.",
  });
});

test("the newest drill counts", async () => {
  await keep("2026-11-21T130000000Z.json", { rpoSeconds: 12 });
  await keep("2026-11-21T120000000Z.json", {});
  const { table, notes } = await benchmarkDrill(repository, false);
  assert.deepEqual(table.slice(-2), [
    ["RPO: from the point to the loss", "12.0"],
    ["RTO: from the loss to the first good write", "71.2"],
  ]);
  assert.match(
    notes[0] ?? "",
    /of 3 acknowledged writes 2 were read back, 1 were newer/,
    "kept by an earlier version",
  );
});

test("a failed drill has no figures", async () => {
  await keep("2026-11-21T140000000Z.json", { causes: ["order 7 is missing"], rtoSeconds: null });
  await assert.rejects(
    benchmarkDrill(repository, false),
    /^Error: bench: the drill of 2026-11-21T12:00:00\.000Z failed \(order 7 is missing\): see .*T140000000Z\.json\.$/,
  );
});
