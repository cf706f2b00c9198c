import { httpHealth } from "./http-health.ts";

/**
 * What the exporters have in common: one task that keeps nothing, small, asked for its health by its own image's wget, and there
 * while the platform is closed too, since somebody watches the restore.
 */
export function exporter(healthUrl: string) {
  return {
    health: httpHealth(healthUrl, { every: "10s", timeout: "5s", retries: 3, startPeriod: "15s" }),
    limits: { memory: "64MiB", cpus: 0.5 },
    replicas: 1,
    stopGrace: "10s",
    runsClosed: true,
    recovery: "none: it keeps no data",
  } as const;
}
