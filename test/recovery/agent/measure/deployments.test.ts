import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Deployment,
  deploymentSamples,
  withDeployment,
} from "../../../../recovery/agent/measure/deployments.ts";
import { renderMetrics } from "../../../../recovery/metrics/metrics.ts";

const now = new Date("2026-01-02T03:04:05Z");
const good: Deployment = {
  environment: "prod",
  service: "platform",
  status: "success",
  seconds: 70,
  rolledBack: null,
};

describe("deployments", () => {
  it("are counted by outcome, as the histogram that Prometheus expects", () => {
    const text = renderMetrics(deploymentSamples(withDeployment([], good, now)));
    assert.match(text, /^# TYPE deployment_duration_seconds histogram$/m);
    assert.match(text, /^# TYPE deployment_success_total counter$/m);
    const series = (rest: string) => `{environment="prod",${rest}}`;
    for (const line of [
      `deployment_duration_seconds_bucket${series('le="60",service="platform",status="success"')} 0`,
      `deployment_duration_seconds_bucket${series('le="120",service="platform",status="success"')} 1`,
      `deployment_duration_seconds_bucket${series('le="+Inf",service="platform",status="success"')} 1`,
      `deployment_duration_seconds_sum${series('service="platform",status="success"')} 70`,
      `deployment_duration_seconds_count${series('service="platform",status="failed"')} 0`,
      `deployment_success_total${series('service="platform"')} 1`,
      `rollback_total${series('reason="unhealthy",service="platform"')} 0`,
      `deployment_last_failed${series('service="platform"')} 0`,
      `deployment_last_success_timestamp_seconds${series('service="platform"')} ${now.getTime() / 1000}`,
    ])
      assert.ok(text.split("\n").includes(line), line);
  });

  it("that fail are told as such, keep the last success, and count their rollback", () => {
    const failed: Deployment = { ...good, status: "failed", seconds: 900, rolledBack: "unhealthy" };
    const after = withDeployment(withDeployment([], good, now), failed, new Date("2026-02-01T00:00:00Z"));
    const [series] = after;
    assert.equal(series?.lastFailed, true);
    assert.equal(series.lastSuccessAt, now.toISOString());
    assert.deepEqual(series.rollbacks, { unhealthy: 1 });
    assert.deepEqual([series.success.count, series.failed.count, series.failed.sum], [1, 1, 900]);
  });

  it("that turn out to be an operator's rollback are not counted twice", () => {
    const told: Deployment = { ...good, status: null, rolledBack: "operator" };
    const [series] = withDeployment(withDeployment([], good, now), told, new Date("2026-02-01T00:00:00Z"));
    assert.deepEqual(series?.rollbacks, { operator: 1 });
    assert.equal(series.success.count, 1);
    assert.equal(series.lastSuccessAt, now.toISOString());
  });

  it("of one environment say nothing of another", () => {
    const after = withDeployment(withDeployment([], good, now), { ...good, environment: "staging" }, now);
    assert.deepEqual(
      after.map(({ environment, success }) => [environment, success.count]),
      [
        ["prod", 1],
        ["staging", 1],
      ],
    );
  });
});
