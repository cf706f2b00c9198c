import assert from "node:assert/strict";
import { test } from "node:test";
import { layout } from "../../../../contract/layout.ts";
import { readSeen, watchDeployments } from "../../../../recovery/agent/measure/watch-deployments.ts";
import { Docker } from "../../../../recovery/docker/docker.ts";
import { parseSwarmService, type SwarmService } from "../../../../recovery/docker/swarm-service.ts";
import { memoryHost } from "../../point/memory-host.ts";

/** Knows what the newest failed task said. */
class Told extends Docker {
  override newestFailure(service: string): Promise<string | null> {
    return Promise.resolve(service === "api" ? "task: non-zero exit (1)" : null);
  }
}

const at = "2026-11-21T11:59:00.000000001Z";
const api = (Image: string, UpdateStatus?: object): SwarmService =>
  parseSwarmService({
    ID: "1",
    Version: { Index: 7 },
    Spec: { Name: "api", Mode: { Replicated: { Replicas: 2 } }, TaskTemplate: { ContainerSpec: { Image } } },
    UpdateStatus,
  });
const rolledBack = {
  State: "rollback_completed",
  StartedAt: at,
  CompletedAt: at,
  Message: "rollback completed",
};

test("a deployment that failed is kept with its task's words, and monitoring is told once", async () => {
  const host = memoryHost();
  const watched = { host, docker: new Told(), stack: "prod" };
  const look = (service: SwarmService) => watchDeployments(watched, [service]);
  await look(api("a@1"));
  const metrics = () => host.files.get(`${layout.metrics}/kaleem-seen-deployments.prom`);
  assert.equal(metrics(), undefined, "nothing was deployed yet");
  await look(api("b@2", { State: "updating", StartedAt: at }));
  for (let again = 1; again <= 3; again += 1) await look(api("a@1", rolledBack));
  const [deployment, ...others] = (await readSeen(host)).deployments;
  assert.deepEqual(others, []);
  assert.equal(deployment?.outcome, "rolled back");
  assert.equal(deployment.words, "rollback completed; task: non-zero exit (1)");
  const told = metrics() ?? "";
  assert.match(told, /^rollback_total\{environment="prod",reason="unhealthy",service="api"\} 1$/m);
  assert.match(told, /^deployment_duration_seconds_count\{.*service="api",status="failed"\} 1$/m);
  assert.doesNotMatch(told, /deployment_last_failed/);
});

test("a look that finds nothing new writes nothing", async () => {
  const host = memoryHost();
  const watched = { host, docker: new Told(), stack: "prod" };
  await watchDeployments(watched, [api("a@1")]);
  host.writeFile = () => Promise.reject(new Error("written"));
  await watchDeployments(watched, [api("a@1")]);
});

test("a damaged record is begun anew, and is no failure of the measuring", async () => {
  const host = memoryHost();
  host.files.set(`${layout.deployments}/seen.json`, "{");
  await watchDeployments({ host, docker: new Told(), stack: "prod" }, [api("a@1")]);
  assert.deepEqual((await readSeen(host)).images, { api: "a@1" });
});
