import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { alertmanagerConfig } from "../../../catalog/alertmanager/alertmanager-config.ts";
import { grafanaDatasources } from "../../../catalog/grafana/grafana-datasources.ts";
import { httpRules } from "../../../catalog/prometheus/http-rules.ts";
import { objectivesRules } from "../../../catalog/prometheus/objectives-rules.ts";
import { prometheusConfig } from "../../../catalog/prometheus/prometheus-config.ts";
import { catalog } from "../sample-catalog.ts";
import { bytes } from "../../../catalog/quantities.ts";
import { facts } from "./facts.ts";

const scrapes = z.object({
  scrape_configs: z.array(
    z.object({
      job_name: z.string(),
      metrics_path: z.string(),
      params: z.record(z.string(), z.array(z.string())).optional(),
      dns_sd_configs: z
        .array(z.object({ names: z.array(z.string()), type: z.string(), port: z.number() }))
        .optional(),
    }),
  ),
});
const jobs = (from = facts()) => scrapes.parse(JSON.parse(prometheusConfig(from))).scrape_configs;

test("every page with metrics is measured, task by task, where its page says", () => {
  const measured = jobs().filter(({ dns_sd_configs }) => dns_sd_configs !== undefined);
  const wanted = facts().catalog.filter(({ metrics }) => metrics !== undefined);
  assert.deepEqual(
    measured.map(({ job_name }) => job_name),
    wanted.map(({ name }) => name).sort(),
  );
  for (const { name, ports, metrics } of wanted) {
    const [found] = measured.find(({ job_name }) => job_name === name)?.dns_sd_configs ?? [];
    assert.deepEqual(found?.names, [`tasks.${name}`]);
    assert.equal(found.type, "A");
    assert.equal(found.port, ports[metrics?.port ?? ""]);
  }
});

test("the same pages give the same text in whatever order they come", () => {
  const from = facts();
  assert.equal(prometheusConfig({ ...from, catalog: [...from.catalog].reverse() }), prometheusConfig(from));
});

test("a question in a page's path becomes parameters", () => {
  const [api] = catalog.filter(({ name }) => name === "api");
  assert.ok(api);
  const asked = { ...api, metrics: { port: "http", path: "/metrics/detailed?family=a&family=b" } };
  const [job] = jobs({ ...facts(), catalog: [asked] });
  assert.equal(job?.metrics_path, "/metrics/detailed");
  assert.deepEqual(job.params, { family: ["a", "b"] });
});

test("metrics on a port that the page does not have are refused", () => {
  const [api] = catalog.filter(({ name }) => name === "api");
  assert.ok(api);
  assert.throws(
    () => prometheusConfig({ ...facts(), catalog: [{ ...api, metrics: { port: "x", path: "/" } }] }),
    {
      message: 'api: metrics: expected the name of one of its ports, got {"port":"x","path":"/"}',
    },
  );
});

test("every store's promises are there to be measured against", () => {
  const text = objectivesRules(facts());
  for (const { name, kind } of catalog)
    assert.equal(text.includes(`"store": "${name}"`), kind === "stateful", name);
});

test("requests are judged by the histogram that an application's settings name, and of no one that is switched off", () => {
  const [api] = catalog.filter(({ name }) => name === "api");
  assert.ok(api?.metrics?.http);
  const http = { histogram: "shop_seconds", statusLabel: "code", routeLabel: "path" };
  const rules = (metrics: typeof api.metrics) =>
    httpRules({ catalog: [{ ...api, metrics: { port: "http", path: "/metrics", ...metrics } }] });
  assert.match(httpRules(facts()), /http_request_duration_seconds_count\{service=\\"api\\", route!~/);
  assert.match(
    rules({ ...api.metrics, http }),
    /sum\(rate\(shop_seconds_count\{service=\\"api\\", path!~\\"[^"]*\\", code=~\\"5\.\.\\"\}\[5m\]\)\)/,
  );
  const { port, path } = api.metrics;
  const off = JSON.parse(httpRules({ catalog: [{ ...api, metrics: { port, path } }] })) as unknown;
  assert.deepEqual(off, { groups: [{ name: "http", interval: "30s", rules: [] }] });
});

test("a channel that the settings leave out is a receiver that says so; one that is set reads it from its file", () => {
  const names = (text: string) =>
    z.object({ receivers: z.array(z.looseObject({ name: z.string() })) }).parse(JSON.parse(text)).receivers;
  assert.deepEqual(
    names(alertmanagerConfig(facts("none"))).map((receiver) => receiver),
    [{ name: "page-unset" }, { name: "chat-unset" }, { name: "mail-unset" }, { name: "heartbeat-unset" }],
  );
  const all = alertmanagerConfig(facts("all"));
  assert.deepEqual(
    names(all).map(({ name }) => name),
    ["page", "chat", "mail", "heartbeat"],
  );
  for (const file of ["page-key", "chat-url", "mail-password", "heartbeat-url"])
    assert.ok(all.includes(`"/run/secrets/${file}"`), file);
});

test("what is told names the stack and the runbook: linked where runbooks are published, by its path elsewhere", () => {
  const receivers = (monitoring: object) => {
    const { settings, ...rest } = facts("all");
    return alertmanagerConfig({ ...rest, settings: { ...settings, monitoring } });
  };
  const { monitoring } = facts("all").settings;
  const { runbooks, ...unpublished } = monitoring;
  assert.equal(runbooks, "https://docs.example.com/runbooks");
  const link = `${runbooks}/{{ reReplaceAll \\"^docs/runbooks/\\" \\"\\"`;
  const linked = receivers(monitoring);
  assert.equal(linked.split(`${link} .Annotations.runbook }}`).length, 3, "chat and mail");
  assert.equal(linked.split(`${link} (index .Alerts 0).Annotations.runbook }}`).length, 2, "page");
  assert.doesNotMatch(receivers(unpublished), /reReplaceAll|docs\.example/);
  for (const told of ["title", "Subject", "description"])
    assert.match(linked, new RegExp(`"${told}": "prod[ :]`), told);
});

test("Grafana gets the data sources of what runs, and no other", () => {
  const without = facts().catalog.filter(({ name }) => name !== "loki" && name !== "tempo");
  assert.doesNotMatch(grafanaDatasources({ catalog: without }), /loki|tempo/);
  assert.match(grafanaDatasources(facts()), /"uid": "loki"/);
});

test("monitoring takes less than 1.5 GiB, and keeps its history where no other service does", () => {
  const parts = catalog.filter(
    (definition) => definition.kind === "stateless" && definition.runsClosed === true,
  );
  const limits = parts.reduce((sum, { limits: { memory } }) => sum + bytes(memory), 0);
  assert.ok(limits < 1.5 * 2 ** 30, `${limits / 2 ** 20} MiB`);
  const directories = parts.flatMap((page) =>
    page.kind === "stateless" ? Object.values(page.history ?? {}) : [],
  );
  assert.equal(new Set(directories).size, directories.length);
});

test("no part of monitoring is reached but through a tunnel, and none sees Docker's socket", () => {
  for (const { name, reads = {} } of catalog) {
    for (const path of Object.values(reads)) {
      assert.doesNotMatch(path, /docker\.sock/, name);
      assert.ok(!["/", "/run", "/var", "/var/run"].includes(path), `${name}: ${path}`);
    }
  }
});
