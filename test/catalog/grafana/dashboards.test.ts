import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";
import { grafanaDatasources } from "../../../catalog/grafana/grafana-datasources.ts";
import { catalog } from "../sample-catalog.ts";
import { grafana } from "../../../catalog/grafana/grafana.ts";
import { allRules, exportedMetrics, seriesIn } from "../prometheus/rule-files.ts";

const folder = new URL("../../../catalog/grafana/dashboards/", import.meta.url);
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  datasource: z.object({ type: z.string(), uid: z.string() }).optional(),
  targets: z.array(z.object({ expr: z.string().min(1) })).optional(),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  editable: z.literal(false),
  panels: z.array(panel).min(4),
});
const datasources = z
  .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string() })) })
  .parse(JSON.parse(grafanaDatasources({ catalog }))).datasources;
const recorded = allRules.flatMap(({ record }) => record ?? []);
const known = new Set([
  ...exportedMetrics,
  ...recorded,
  "ALERTS",
  "kaleem:objective_rpo_seconds",
  "kaleem:objective_rto_seconds",
]);
const unknownIn = (expression: string): string[] => seriesIn(expression).filter((name) => !known.has(name));

for (const name of readdirSync(folder)) {
  const read = dashboard.parse(JSON.parse(readFileSync(new URL(name, folder), "utf8")));

  test(`${name}: is served under its own name, and each panel has its own number`, () => {
    assert.equal(`${read.uid}.json`, name);
    assert.equal(new Set(read.panels.map(({ id }) => id)).size, read.panels.length);
    assert.ok(Object.keys(grafana.files ?? {}).includes(`/etc/kaleem/dashboards/${name}`));
  });

  test(`${name}: every panel asks a data source that there is, for series that there are`, () => {
    for (const { type, title, datasource, targets } of read.panels) {
      if (type === "row") continue;
      const found = datasources.find(({ uid }) => uid === datasource?.uid);
      assert.equal(datasource?.type, found?.type, title);
      assert.ok((targets ?? []).length > 0, title);
      if (datasource?.type === "prometheus")
        assert.deepEqual(
          (targets ?? []).flatMap(({ expr }) => unknownIn(expr)),
          [],
          title,
        );
    }
  });
}

test("every rule asks for series that there are", () => {
  for (const { alert, record, expr } of allRules) assert.deepEqual(unknownIn(expr), [], alert ?? record);
});

test("a series that nobody exports is found out", () => {
  assert.deepEqual(unknownIn('sum by (le) (rate(kaleem_nonsense_total{a="b_c"}[5m])) > 0'), [
    "kaleem_nonsense_total",
  ]);
});
