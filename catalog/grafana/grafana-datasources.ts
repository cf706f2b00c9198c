import type { PlatformFacts } from "../definition.ts";

/** The data sources of services that this stack runs; dashboards refer to them by `uid`. JSON, which is YAML too. Pure. */
export function grafanaDatasources({ catalog }: Pick<PlatformFacts, "catalog">): string {
  const running = new Set(catalog.map(({ name }) => name));
  const known = [
    { service: "prometheus", type: "prometheus", port: 9090, more: { isDefault: true } },
    {
      service: "alertmanager",
      type: "alertmanager",
      port: 9093,
      more: { jsonData: { implementation: "prometheus" } },
    },
    { service: "loki", type: "loki", port: 3100, more: {} },
    { service: "tempo", type: "tempo", port: 3200, more: {} },
  ];
  const datasources = known
    .filter(({ service }) => running.has(service))
    .map(({ service, type, port, more }) => ({
      name: service,
      uid: service,
      type,
      access: "proxy",
      url: `http://${service}:${port}`,
      editable: false,
      ...more,
    }));
  return `${JSON.stringify({ apiVersion: 1, prune: true, datasources }, null, 2)}\n`;
}
