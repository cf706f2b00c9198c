import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentOf } from "../../../operator/deploy/record-deployment.ts";

test("an up that succeeded is a deployment of the platform", () => {
  assert.deepEqual(deploymentOf({ stack: "local", seconds: 12.34, error: null }), {
    environment: "local",
    service: "platform",
    status: "success",
    seconds: 12.3,
    rolledBack: null,
  });
});

test("one whose service went back to its old version counts as rolled back", () => {
  const error = new Error("api-service: service rollback completed: update rolled back due to failure");
  const { status, rolledBack } = deploymentOf({ stack: "local", seconds: 1, error });
  assert.deepEqual([status, rolledBack], ["failed", "unhealthy"]);
});

test("one that failed otherwise does not", () => {
  const { status, rolledBack } = deploymentOf({
    stack: "local",
    seconds: 1,
    error: new Error("no such image"),
  });
  assert.deepEqual([status, rolledBack], ["failed", null]);
});
