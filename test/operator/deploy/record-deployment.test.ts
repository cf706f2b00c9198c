import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentOf } from "../../../operator/deploy/record-deployment.ts";

test("an up that succeeded is a deployment of the platform", () => {
  assert.deepEqual(deploymentOf({ stack: "local", seconds: 12.34, outcome: "succeeded" }), {
    environment: "local",
    service: "platform",
    status: "success",
    seconds: 12.3,
    rolledBack: null,
  });
});

test("one whose service went back to its old version counts as rolled back", () => {
  const { status, rolledBack } = deploymentOf({ stack: "local", seconds: 1, outcome: "rolled back" });
  assert.deepEqual([status, rolledBack], ["failed", "unhealthy"]);
});

test("one that failed otherwise does not", () => {
  const { status, rolledBack } = deploymentOf({ stack: "local", seconds: 1, outcome: "failed" });
  assert.deepEqual([status, rolledBack], ["failed", null]);
});
