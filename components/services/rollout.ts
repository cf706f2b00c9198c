import type { ServiceDefinition } from "../../catalog/definition.ts";
import type { Duration } from "../../catalog/quantities.ts";
import { dockerDuration, milliseconds } from "../../catalog/quantities.ts";

/** What a service's rollout depends on beside its definition. */
export interface RolloutArgs {
  /** How many tasks are wanted; 0 while the stack is closed. */
  readonly replicas: number;
  /** A port of the host has one owner: the old task must go first. */
  readonly ownsHostPort: boolean;
}

/**
 * After 20 minutes the docker plugin is cut off, whatever `customTimeouts` says, and leaves a new service behind in nobody's state.
 * So much is also what a store gets: its crash recovery may take longer than any health says.
 */
const longestPatience: Duration = "18m";
/** A slow machine, or one where everything starts at once, gets this much in any case. */
const shortestPatience: Duration = "5m";
/** From the decision to start a task until its first health check may count: placing, networks, secrets, and Swarm's delay before a restart. */
const taskStart: Duration = "15s";

/**
 * How a service is updated. Stateless ones start the new task first; stores, whoever owns a host port and whoever
 * keeps files or history stop the old one first. In every case a new version that does not become healthy gives way to the old one, and the update fails.
 */
export function rollout(definition: ServiceDefinition, { replicas, ownsHostPort }: RolloutArgs) {
  const keepsNothing = definition.kind === "stateless" && definition.history === undefined;
  const order = keepsNothing && !ownsHostPort ? "start-first" : "stop-first";
  const change = {
    parallelism: 1,
    delay: "0s",
    monitor: dockerDuration(seconds(monitorMs(definition))),
    maxFailureRatio: "0.0",
    order,
  };
  return {
    updateConfig: { ...change, failureAction: "rollback" },
    rollbackConfig: { ...change, failureAction: "pause" },
    convergeConfig: { delay: "1s", timeout: patience(definition, replicas, order) },
  };
}

/**
 * A task that was healthy must be able to fail its health check while it is watched. Its start is no part of that: Swarm calls a
 * task running, and begins to watch, when it is healthy for the first time; one that never is has failed its update in any case.
 */
function monitorMs({ health }: ServiceDefinition): number {
  return milliseconds(health.every) * (health.retries + 1);
}

/**
 * How long a service may take to run as wanted. A new service that never gets healthy fails by this alone; an update is given up by
 * Swarm's own watch, long before. An application gets a task's longest way to health once per task, since an update
 * replaces one after the other, and once more for the watch over the last. No pull counts into it: SwarmService has the image on
 * the machine before it changes the service.
 */
function patience(definition: ServiceDefinition, replicas: number, order: string): string {
  const longest = milliseconds(longestPatience);
  if (definition.kind === "stateful") return dockerDuration(longestPatience);
  const stopMs = order === "stop-first" ? milliseconds(definition.stopGrace) : 0;
  const toHealthMs = milliseconds(taskStart) + milliseconds(definition.health.startPeriod);
  const taskMs = toHealthMs + monitorMs(definition) + stopMs;
  const wanted = taskMs * (Math.max(replicas, 1) + 1);
  return dockerDuration(seconds(Math.min(Math.max(wanted, milliseconds(shortestPatience)), longest)));
}

function seconds(spanMs: number): Duration {
  return `${Math.ceil(spanMs / 1_000)}s`;
}
