import { monitoringServer } from "../monitoring-server.ts";
import { httpRules } from "./http-rules.ts";
import { jobRules } from "./job-rules.ts";
import { objectivesRules } from "./objectives-rules.ts";
import { prometheusConfig } from "./prometheus-config.ts";
import { defineStateless } from "../definition.ts";

const rules = (name: string): URL => new URL(`rules/${name}.yml`, import.meta.url);

/**
 * Measures everything that has a `metrics` line in its definition, and judges it by the rules of catalog/prometheus/rules.
 * Cost: its history, at most 2 GB. Recovery: none; what it knew of the past is lost with the machine.
 */
export const prometheus = defineStateless({
  ...monitoringServer({
    name: "prometheus",
    ready: "http://127.0.0.1:9090/-/ready",
    // Replays its log of the last hours first.
    startPeriod: "2m",
    pace: { every: "10s", retries: 6 },
    memory: "384MiB",
    cpus: 1,
    stopGrace: "30s",
    keeps: "/prometheus",
  }),
  image: "prometheus",
  user: "65534:65534",
  entrypoint: ["/bin/prometheus"],
  args: [
    "--config.file=/etc/prometheus/prometheus.yml",
    "--storage.tsdb.path=/prometheus",
    "--storage.tsdb.retention.time=30d",
    "--storage.tsdb.retention.size=2GB",
    "--web.listen-address=:9090",
    // A query that would need more than its memory limit is refused instead of killing it.
    "--query.max-samples=10000000",
  ],
  ports: { http: 9090 },
  metrics: { port: "http", path: "/metrics" },
  files: {
    "/etc/prometheus/rules/platform.yml": rules("platform"),
    "/etc/prometheus/rules/host.yml": rules("host"),
    "/etc/prometheus/rules/recovery.yml": rules("recovery"),
    "/etc/prometheus/rules/deployment.yml": rules("deployment"),
    "/etc/prometheus/rules/monitoring.yml": rules("monitoring"),
  },
  generated: {
    "/etc/prometheus/prometheus.yml": prometheusConfig,
    "/etc/prometheus/rules/http.yml": httpRules,
    "/etc/prometheus/rules/jobs.yml": jobRules,
    "/etc/prometheus/rules/objectives.yml": objectivesRules,
  },
  recovery: "none: starts measuring again; it holds no customer data",
});
