import type { PlatformFacts, ServiceDefinition } from "../definition.ts";

interface ScrapeJob {
  readonly job_name: string;
  readonly honor_labels?: true;
  readonly metrics_path: string;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly dns_sd_configs?: readonly object[];
  readonly static_configs?: readonly object[];
  readonly relabel_configs: readonly object[];
}

/**
 * Prometheus' configuration: one job for every definition with `metrics`, probes of the edge, and where alerts go. JSON, which is
 * YAML too. Pure and stable: the same definitions give the same text in whatever order they come.
 */
export function prometheusConfig({ stack, catalog, settings }: PlatformFacts): string {
  const measured = [...catalog]
    .filter(({ metrics }) => metrics !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const config = {
    global: {
      scrape_interval: "15s",
      scrape_timeout: "10s",
      evaluation_interval: "15s",
      external_labels: { stack },
    },
    rule_files: ["/etc/prometheus/rules/*.yml"],
    alerting: {
      alertmanagers: [{ dns_sd_configs: [tasks("alertmanager", 9093)], timeout: "5s" }],
    },
    scrape_configs: [
      ...measured.map(serviceJob),
      ...probeJobs(
        settings.edge.serverName,
        catalog.some(({ name }) => name === "blackbox-exporter"),
        catalog.flatMap(reachedThroughEdge),
      ),
    ],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Every healthy task by itself, not the one that a load balancer happens to choose. */
function tasks(service: string, port: number): object {
  return { names: [`tasks.${service}`], type: "A", port, refresh_interval: "10s" };
}

function serviceJob({ name, ports, metrics }: ServiceDefinition): ScrapeJob {
  const port = ports[metrics?.port ?? ""];
  if (metrics === undefined || port === undefined) {
    throw new Error(
      `${name}: metrics: expected the name of one of its ports, got ${JSON.stringify(metrics)}`,
    );
  }
  const [path = "/metrics", query = ""] = metrics.path.split("?");
  const params = new URLSearchParams(query);
  const names = [...new Set(params.keys())];
  return {
    job_name: name,
    ...(metrics.honorLabels === true ? { honor_labels: true } : {}),
    metrics_path: path,
    ...(names.length > 0
      ? { params: Object.fromEntries(names.map((key) => [key, params.getAll(key)])) }
      : {}),
    dns_sd_configs: [tasks(name, port)],
    relabel_configs: [{ target_label: "service", replacement: name }],
  };
}

/** An application whose own address for readiness lies below its route, so that customers' way to it can be tried. */
function reachedThroughEdge(
  definition: ServiceDefinition,
): { readonly name: string; readonly path: string }[] {
  if (definition.kind === "stateful" || definition.route === undefined || definition.readyPath === undefined)
    return [];
  const { name, readyPath: path, route } = definition;
  return path.startsWith(route.path) ? [{ name, path }] : [];
}

/** What a customer would ask, asked from inside: the edge by its task's name, under the certificate's own. */
function probeJobs(
  serverName: string,
  probed: boolean,
  applications: readonly { readonly name: string; readonly path: string }[],
): readonly ScrapeJob[] {
  if (!probed) return [];
  const probe = (job: string, path: string): ScrapeJob => ({
    job_name: job,
    metrics_path: "/probe",
    params: { module: ["edge"] },
    static_configs: [{ targets: [`https://tasks.nginx${path}`] }],
    relabel_configs: [
      { source_labels: ["__address__"], target_label: "__param_target" },
      { target_label: "instance", replacement: `https://${serverName}${path}` },
      { target_label: "__address__", replacement: "tasks.blackbox-exporter:9115" },
      { target_label: "service", replacement: "nginx" },
    ],
  });
  return [
    probe("probe-edge", "/lb-health"),
    ...[...applications]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, path }) => probe(`probe-${name}`, path)),
  ];
}
