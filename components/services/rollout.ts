import type { ServiceDefinition } from "./definition.ts";
import { dockerDuration, milliseconds } from "./quantities.ts";

/**
 * How a service is updated. Stateless ones start the new task first; stores and whoever owns a host port stop the old
 * one first. In every case a new version that does not become healthy gives way to the old one, and the update fails.
 */
export function rollout(definition: ServiceDefinition, ownsHostPort: boolean) {
  const order = definition.kind === "stateless" && !ownsHostPort ? "start-first" : "stop-first";
  const change = {
    parallelism: 1,
    delay: "0s",
    monitor: dockerDuration(monitor(definition)),
    maxFailureRatio: "0.0",
    order,
  };
  return {
    updateConfig: { ...change, failureAction: "rollback" },
    rollbackConfig: { ...change, failureAction: "pause" },
    // Long enough for a first pull, and for a store that has to recover from a crash. Not longer: after 20 minutes the
    // docker plugin is cut off, whatever `customTimeouts` says, and leaves a new service behind in nobody's state.
    convergeConfig: { delay: "1s", timeout: definition.kind === "stateful" ? "18m" : "10m" },
  };
}

/** A task must be able to fail its health check while it is watched; a store's start period is too long to wait for. */
function monitor({ kind, health }: ServiceDefinition) {
  const untilUnhealthy = milliseconds(health.every) * (health.retries + 1);
  const patience = kind === "stateful" ? 0 : milliseconds(health.startPeriod);
  return `${Math.ceil((patience + untilUnhealthy) / 1_000)}s` as const;
}
