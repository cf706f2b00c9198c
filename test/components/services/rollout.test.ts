import assert from "node:assert/strict";
import test from "node:test";
import { nginx } from "../../../components/edge/nginx.ts";
import { catalog } from "../../catalog/sample-catalog.ts";
import type { Health, ServiceDefinition } from "../../../catalog/definition.ts";
import type { Duration } from "../../../catalog/quantities.ts";
import { dockerDuration, milliseconds } from "../../../catalog/quantities.ts";
import { rollout } from "../../../components/services/rollout.ts";
import { madeUpApplication, madeUpStore } from "../../catalog/made-up.ts";

const all: readonly ServiceDefinition[] = [...catalog, nginx];

/** When the official docker plugin cuts a call off; a service that is being created then stays, in nobody's state. */
const pluginLimit = milliseconds("20m");

/** Docker's `7m20s` in milliseconds. */
function span(text: string): number {
  const parts = text.match(/\d+[hms]/g) ?? [];
  assert.equal(parts.join(""), text);
  return parts.reduce((sum, part) => sum + milliseconds(part as Duration), 0);
}

function patienceOf(definition: ServiceDefinition, replicas = 1, ownsHostPort = false): string {
  return rollout(definition, { replicas, ownsHostPort }).convergeConfig.timeout;
}

function application(health: Partial<Health>, stopGrace: Duration = "30s") {
  const quick: Health = { argv: ["true"], every: "5s", timeout: "4s", retries: 6, startPeriod: "20s" };
  return madeUpApplication({ health: { ...quick, ...health }, stopGrace });
}

test("a service that never gets healthy is given up, and removed, before the docker plugin is cut off", () => {
  for (const definition of all)
    for (const replicas of [0, 1, 3, 50])
      assert.ok(span(patienceOf(definition, replicas)) <= pluginLimit - milliseconds("2m"), definition.name);
});

test("an application of the platform that never gets healthy fails within ten minutes, the API within five", () => {
  const api = all.find(({ name }) => name === "api");
  assert.ok(api);
  assert.equal(patienceOf(api, 3), "5m");
  for (const definition of all)
    if (definition.kind === "stateless")
      assert.ok(span(patienceOf(definition, definition.replicas)) <= milliseconds("10m"), definition.name);
});

test("an application's patience grows with its start period, its checks and its replicas", () => {
  // (15 s + 20 s + 7 × 5 s) for each task, and for the watch over the last.
  assert.equal(patienceOf(application({}), 6), "8m10s");
  assert.equal(patienceOf(application({ startPeriod: "4m" }), 1), "9m40s");
  assert.equal(patienceOf(application({ retries: 59 }), 1), "11m10s");
});

test("stopping the old task first counts where the new one has to wait for that", () => {
  assert.equal(patienceOf(application({}, "2m"), 1, true), "6m20s");
  assert.equal(patienceOf(application({}, "2m"), 1, false), "5m");
});

test("a closed application, with no task at all, is waited for no less than with one", () => {
  const slow = application({ startPeriod: "4m" });
  assert.equal(patienceOf(slow, 0), patienceOf(slow, 1));
});

test("a store gets all the time there is: its crash recovery may take longer than its health says", () => {
  assert.equal(patienceOf(madeUpStore()), "18m");
});

test("a task can fail its health check while an update watches it, so that a broken one is rolled back", () => {
  for (const definition of all) {
    const { every, retries } = definition.health;
    const { updateConfig } = rollout(definition, { replicas: 1, ownsHostPort: false });
    assert.ok(span(updateConfig.monitor) >= milliseconds(every) * retries, definition.name);
    assert.equal(updateConfig.failureAction, "rollback");
  }
});

test("every span is written as the docker provider reads it back", () => {
  for (const definition of all) {
    const { convergeConfig } = rollout(definition, { replicas: 7, ownsHostPort: false });
    const written = `${span(convergeConfig.timeout) / 1_000}s` as const;
    assert.equal(convergeConfig.timeout, dockerDuration(written), definition.name);
  }
});
