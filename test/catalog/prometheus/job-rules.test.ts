import assert from "node:assert/strict";
import { test } from "node:test";
import { jobRules } from "../../../catalog/prometheus/job-rules.ts";
import { jobNames } from "../../../contract/jobs.ts";
import { facts } from "../monitoring/facts.ts";

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { alert: string; expr: string; for?: string; labels: { job: string } }[];
  }[];
}

function rulesOf(pointEvery: "5m" | "1h") {
  const { settings } = facts();
  const text = jobRules({ settings: { ...settings, backups: { pointEvery, shipEvery: "10m" } } });
  return (JSON.parse(text) as Rules).groups.flatMap(({ rules }) => rules);
}

test("every job of the list has one alert for each way not to do its work", () => {
  for (const job of jobNames) {
    assert.deepEqual(
      rulesOf("5m")
        .filter(({ labels }) => labels.job === job)
        .map(({ alert }) => alert),
      ["BackupFailed", "BackupSilent", "BackupNeverSucceeded"],
    );
  }
});

test("how long a job may be silent follows from how often the stack lets it run", () => {
  const spans = (pointEvery: "5m" | "1h", job: string) =>
    rulesOf(pointEvery)
      .filter(({ alert, labels }) => labels.job === job && alert !== "BackupFailed")
      .map((rule) => rule.for ?? rule.expr.replace(/^.* > /, ""));
  assert.deepEqual(spans("5m", "point"), ["900", "15m"]);
  assert.deepEqual(spans("1h", "point"), ["10800", "3h"]);
  assert.deepEqual(spans("1h", "ship"), ["1800", "30m"]);
  assert.deepEqual(spans("1h", "forget-local"), ["86400", "24h"]);
  assert.deepEqual(spans("1h", "check-offsite"), ["259200", "72h"]);
  assert.deepEqual(spans("1h", "restore-test"), [String(40 * 86_400), "960h"]);
});
