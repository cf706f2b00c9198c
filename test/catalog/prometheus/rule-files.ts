import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { httpRules } from "../../../catalog/prometheus/http-rules.ts";
import { jobRules } from "../../../catalog/prometheus/job-rules.ts";
import { facts } from "../monitoring/facts.ts";

const folder = new URL("../../../catalog/prometheus/rules/", import.meta.url);
const rule = z.object({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const file = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) })) });

const rulesIn = (text: string) => file.parse(parse(text)).groups.flatMap(({ rules }) => rules);

/** Every rule of the repository, and those that are made of the list of jobs and of the applications. */
export const allRules = [
  ...readdirSync(folder).flatMap((name) => rulesIn(readFileSync(new URL(name, folder), "utf8"))),
  ...rulesIn(httpRules(facts())),
  ...rulesIn(jobRules(facts())),
];

/** What a running Prometheus had series of, what only comes with an event, and what a mongod tells and its stand-in does not. */
export const exportedMetrics: ReadonlySet<string> = new Set(
  readFileSync(new URL("../../fixtures/exported-metrics.txt", import.meta.url), "utf8")
    .trim()
    .split("\n"),
);

/** Names of series in an expression of PromQL. */
export function seriesIn(expression: string): string[] {
  const bare = expression
    .replace(/"[^"]*"/g, '""')
    .replace(/\{[^}]*\}/g, "")
    .replace(/\b(by|on|group_left|group_right|without|ignoring)\s*\([^)]*\)/g, " ");
  return [...bare.matchAll(/\b([a-zA-Z_:][a-zA-Z0-9_:]*)\b(?!\s*\()/g)]
    .map(([, name = ""]) => name)
    .filter((name) => /_|:|^up$|^ALERTS$/.test(name) && !/^(group_left|group_right)$/.test(name));
}
