import assert from "node:assert/strict";
import { test } from "node:test";
import { machineMemory, meminfo, readStats } from "../../bench/stack-memory.ts";

test("sums the tasks of each service", () => {
  const text =
    "api.1.x\t40MiB / 256MiB\napi.2.y\t41.5MiB / 256MiB\nworker-1.1.z\t512KiB / 1GiB\nmongo.1.q\t1.5GiB / 2GiB\n";
  const mib = 1024 ** 2;
  assert.deepEqual(
    [...readStats(text)],
    [
      ["api", 81.5 * mib],
      ["worker-1", mib / 2],
      ["mongo", 1536 * mib],
    ],
  );
});

test("a line of another form is no zero", () => {
  assert.throws(() => readStats("api.1.x\t-- / --\n"), {
    message: 'docker stats: expected "<service>.<task> <used> / <limit>", got "api.1.x\\t-- / --"',
  });
});

test("reads the machine's own memory, and misses no field in silence", async () => {
  const { available, total } = await machineMemory();
  assert.ok(available > 0 && available < total);
  assert.equal(meminfo("MemTotal:       24628620 kB\n", "MemTotal"), 24628620 * 1024);
  assert.throws(() => meminfo("MemTotal: 1 kB\n", "MemAvailable"), {
    message: '/proc/meminfo: expected a line "MemAvailable: … kB", got none',
  });
});
