import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { drillReportSchema } from "../../drill/drill-report.ts";
import { npmRun, testStack } from "./support/test-stack.ts";

test("a machine lost in mid-stream comes back from off-site alone, and nothing that was promised is missing", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "kaleem-drill-")), "report.json");
  const ended = await npmRun("drill", "--stack", testStack.name, "--existing", "--keep", "--report", file);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const report = drillReportSchema.parse(JSON.parse(await readFile(file, "utf8")));
  assert.deepEqual(report.causes, []);
  const { writes } = report;
  assert.ok(writes !== null, "the stack declares a business check");
  assert.deepEqual(writes.missingOrAltered, []);
  assert.ok(writes.acknowledgedBeforeLoss > 200, "orders were written in earnest");
  assert.ok(writes.restored > 100, "orders came back");
  assert.ok(writes.lostAfterPoint > 0, "orders went on after the last point: the loss was in mid-stream");
  assert.ok(report.rpoSeconds > 0 && report.rpoSeconds < 15 * 60, `RPO ${report.rpoSeconds} s`);
  assert.ok(report.rtoSeconds !== null && report.rtoSeconds < 4 * 3600, `RTO ${report.rtoSeconds} s`);
  for (const said of ["RPO", "RTO", "timeline"]) assert.match(ended.stdout, new RegExp(said));
});

test("the rebuilt stack is unchanged by another up, and status names the recovery that was proven", async () => {
  const up = await npmRun("up", "--stack", testStack.rebuilt, "--offsite-of", testStack.name);
  assert.equal(up.code, 0, up.stderr);
  const again = await npmRun("up", "--stack", testStack.rebuilt, "--offsite-of", testStack.name);
  assert.match(again.stderr, /pulumi up \(unchanged\)/);
  const status = await npmRun("status", "--stack", testStack.rebuilt);
  assert.doesNotMatch(status.stdout, /proven +never/);
  assert.match(status.stdout, /proven +\S.* ago from point /);
});
