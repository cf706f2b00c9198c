import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "./sample-catalog.ts";
import { httpHealth } from "../../catalog/http-health.ts";
import { monitoringServer } from "../../catalog/monitoring-server.ts";
import { storeHealth } from "../../catalog/store-health.ts";

const longRecovery = "30m";

test("a store is asked every ten seconds and has half an hour to recover; only the pace may be another", () => {
  const argv = ["/bin/sh", "/health"];
  const usual = { argv, every: "10s", timeout: "9s", retries: 6, startPeriod: longRecovery };
  assert.deepEqual(storeHealth(argv), usual);
  assert.deepEqual(storeHealth(argv, { every: "5s", timeout: "4s" }), {
    ...usual,
    every: "5s",
    timeout: "4s",
  });
});

test("every store of the catalog has that half hour, and nothing else does", () => {
  const patient = catalog.filter(({ health }) => health.startPeriod === longRecovery);
  assert.deepEqual(
    patient.map(({ name }) => name),
    catalog.filter(({ kind }) => kind === "stateful").map(({ name }) => name),
  );
});

const server = {
  name: "loki",
  startPeriod: "1m",
  memory: "64MiB",
  stopGrace: "30s",
  keeps: "/loki",
} as const;

test("a monitoring server that has a URL is asked by wget, another runs its own program", () => {
  const url = "http://127.0.0.1:3100/ready";
  const pace = { every: "15s", timeout: "5s", retries: 4, startPeriod: "1m" } as const;
  assert.deepEqual(monitoringServer({ ...server, ready: url }).health, httpHealth(url, pace));
  assert.deepEqual(httpHealth(url, pace).argv, ["wget", "-q", "-O", "/dev/null", url]);
  assert.deepEqual(monitoringServer({ ...server, ready: ["/usr/bin/loki", "-health"] }).health, {
    argv: ["/usr/bin/loki", "-health"],
    ...pace,
  });
});

test("a monitoring server keeps its history below its own name and runs while the platform is closed", () => {
  const { history, replicas, runsClosed, limits } = monitoringServer({ ...server, ready: ["/loki"] });
  assert.deepEqual(
    { history, replicas, runsClosed, limits },
    {
      history: { "/loki": "loki" },
      replicas: 1,
      runsClosed: true,
      limits: { memory: "64MiB", cpus: 0.5 },
    },
  );
});
