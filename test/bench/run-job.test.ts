import assert from "node:assert/strict";
import { test } from "node:test";
import { JobFailed, runPoint, runShip } from "../../bench/run-job.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import { CommandError } from "../../recovery/host/host-port.ts";
import type { RemoteHost } from "../../operator/ssh/remote-host.ts";

const shipped = {
  founded: true,
  shipped: ["20261121T120000Z-aaaa"],
  newest: null,
  points: 1,
  stackFile: "unchanged",
  copyMs: 10,
  totalMs: 20,
};

/** A host whose record of the job is `before`, and after the unit was started `after`. */
function hostWith(before: unknown, after: unknown, unitFails = false): RemoteHost {
  let started = false;
  return {
    run(argv) {
      if (argv[0]?.startsWith("system") === true) {
        started = true;
        if (unitFails) return Promise.reject(new CommandError(argv, 1, "Job failed."));
        return Promise.resolve({ stdout: "" });
      }
      const record = started ? after : before;
      return Promise.resolve({ stdout: record === null ? "" : JSON.stringify(record) });
    },
  };
}

function record(minute: number, exitCode: number, result: unknown, message = "") {
  const at = `2026-11-21T12:0${minute}:00.000Z`;
  const lastRun = { startedAt: at, finishedAt: at, ok: exitCode === 0, exitCode, message };
  return { lastRun, lastSuccess: result === null ? null : { finishedAt: at, result } };
}

test("a job's figures are what the run that was just started has recorded", async () => {
  const host = hostWith(record(1, 0, { ...shipped, points: 7 }), record(2, 0, shipped));
  assert.equal((await runShip(host)).points, 1);
});

test("the first run of all has no earlier record", async () => {
  assert.equal((await runShip(hostWith(null, record(1, 0, shipped)))).totalMs, 20);
});

test("an old record is not taken for a run that did not happen", async () => {
  const same = record(1, 0, shipped);
  await assert.rejects(runShip(hostWith(same, same, true)), {
    message: "bench: kaleem-ship.service did not run: see `journalctl -u kaleem-ship` on the host.",
  });
});

test("a failed run is told in the agent's own words, not with an earlier run's figures", async () => {
  const failed = record(2, exitCodes.offsiteUnreachable, shipped, "The bucket does not answer.");
  await assert.rejects(runShip(hostWith(record(1, 0, shipped), failed, true)), {
    message: "bench: kaleem-ship.service failed: The bucket does not answer.",
  });
});

test("a failed run can be told from a host that does not answer", async () => {
  const stopped = record(2, exitCodes.pauseLimit, null, "No point: the copy was not done in time.");
  await assert.rejects(runPoint(hostWith(null, stopped, true)), JobFailed);
});
