import { httpHealth } from "./http-health.ts";
import type { Health, StatelessDefinition } from "./definition.ts";

/** What monitoring's servers differ in, beside their configuration. */
export interface MonitoringServer {
  /** The service, and its directory below the host's history directory. */
  readonly name: string;
  /** Where it says inside the container that it is ready, asked by its image's wget; or what to run there. */
  readonly ready: `http://${string}` | readonly string[];
  readonly startPeriod: Health["startPeriod"];
  /** @default every 15 s, unhealthy after four failures */
  readonly pace?: Pick<Health, "every" | "retries">;
  readonly memory: StatelessDefinition["limits"]["memory"];
  /** @default 0.5 */
  readonly cpus?: number;
  readonly stopGrace: StatelessDefinition["stopGrace"];
  /** The directory in the container for what outlives its task. */
  readonly keeps: string;
}

/**
 * What monitoring's servers have in common: one task, whose history outlives it and is in no recovery point; there while the
 * platform is closed too, since somebody watches the restore.
 */
export function monitoringServer(server: MonitoringServer) {
  const { name, ready, startPeriod, memory, cpus = 0.5, stopGrace, keeps } = server;
  const pace = { ...(server.pace ?? { every: "15s", retries: 4 }), timeout: "5s", startPeriod } as const;
  return {
    name,
    health: typeof ready === "string" ? httpHealth(ready, pace) : { argv: ready, ...pace },
    limits: { memory, cpus },
    replicas: 1,
    stopGrace,
    history: { [keeps]: name },
    runsClosed: true,
  } as const;
}
