import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatefulDefinition } from "../../../../catalog/definition.ts";
import type { Recovery } from "../../../../catalog/recovery.ts";
import type { Task } from "../../../../recovery/docker/docker.ts";
import { Log } from "../../../../recovery/host/log.ts";
import { measureStores } from "../../../../recovery/agent/measure/measure-stores.ts";
import { renderMetrics } from "../../../../recovery/metrics/metrics.ts";
import { madeUpStore } from "../../../catalog/made-up.ts";

const password = "Backup.Password-1";

/** A store; without `measure` it is one that tells Prometheus itself. */
function store(name: string, measure?: NonNullable<Recovery<unknown>["measure"]>): StatefulDefinition {
  const definition = madeUpStore({ name });
  return {
    ...definition,
    recovery: { ...definition.recovery, ...(measure === undefined ? {} : { measure }) },
  };
}

function taskOf(service: string): Task {
  const container = {
    id: `of-${service}`,
    pid: 1,
    startedAt: "",
    running: true,
    paused: false,
    image: "",
    health: null,
  };
  return { service, container };
}

/** The series that come of it, and what was logged. */
async function measured(stores: readonly StatefulDefinition[], tasks: readonly Task[]) {
  const lines: string[] = [];
  const docker = { hostAddress: (id: string) => Promise.resolve(id === "of-away" ? null : `ip-${id}`) };
  const context = { docker, stores, log: new Log((line) => lines.push(line)) };
  const samples = await measureStores(context, tasks, () => Promise.resolve({ "backup-password": password }));
  return { lines, series: renderMetrics(samples).split("\n") };
}

test("a store is asked at its task's address with its users' passwords, and told as what it counts", async () => {
  const asked: unknown[] = [];
  const definition = store("mongo", (at) => {
    asked.push(at);
    return Promise.resolve([
      { name: "up_seconds", help: "Since its start.", kind: "gauge", labels: {}, value: 4 },
      { name: "calls_total", help: "Calls.", kind: "counter", labels: { of: "find" }, value: 9 },
    ]);
  });
  const { series, lines } = await measured([definition, store("redis")], [taskOf("redis"), taskOf("mongo")]);
  assert.deepEqual(asked, [{ host: "ip-of-mongo", secrets: { "backup-password": password } }]);
  assert.deepEqual(
    series.filter((line) => !line.startsWith("# HELP")),
    [
      ...["# TYPE calls_total counter", 'calls_total{of="find"} 9'],
      ...["# TYPE kaleem_store_measured gauge", 'kaleem_store_measured{service="mongo"} 1'],
      ...["# TYPE up_seconds gauge", "up_seconds 4", ""],
    ],
  );
  assert.deepEqual(lines, []);
});

test("one that does not answer costs its own numbers only; why is logged, without its password", async () => {
  const refuses = store("mongo", ({ secrets }) =>
    Promise.reject(new Error(`mongodb://backup:${secrets["backup-password"] ?? ""}@mongo refused`)),
  );
  const answers = store("other", () => Promise.resolve([]));
  const { series, lines } = await measured([refuses, answers], [taskOf("mongo"), taskOf("other")]);
  assert.ok(series.includes('kaleem_store_measured{service="mongo"} 0'));
  assert.ok(series.includes('kaleem_store_measured{service="other"} 1'));
  assert.deepEqual(lines, ["mongo was not measured: mongodb://backup:[secret]@mongo refused"]);
});

test("one that does not run, or has no address here, is not measured", async () => {
  const definitions = ["gone", "away"].map((name) => store(name, () => Promise.resolve([])));
  const { series, lines } = await measured(definitions, [taskOf("away")]);
  for (const name of ["gone", "away"])
    assert.ok(series.includes(`kaleem_store_measured{service="${name}"} 0`), name);
  assert.deepEqual(lines.sort(), [
    "away was not measured: its task has no address on this host",
    "gone was not measured: it does not run",
  ]);
});
