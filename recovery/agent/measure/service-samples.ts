import type { ContainerUsage } from "./container-usage.ts";
import type { Container } from "../../docker/container.ts";
import { counter } from "../../metrics/counter.ts";
import type { Sample } from "../../metrics/metrics.ts";

/** A container as it was measured; `usage` is null when it ended meanwhile. */
export interface MeasuredTask {
  readonly service: string;
  readonly container: Container;
  readonly usage: ContainerUsage | null;
}

/** What was seen of a host's Swarm services. */
export interface SeenServices {
  readonly services: readonly { readonly name: string; readonly replicas: number | null }[];
  readonly tasks: readonly MeasuredTask[];
  /** Names of the services that keep data. */
  readonly stores: readonly string[];
  /** Whether the edge answers 503 on purpose. */
  readonly closed: boolean;
}

const states = ["healthy", "unhealthy", "starting", "paused"] as const;

/**
 * Tasks by state, and what each container uses. Health is what the service's own check says, which asks with its own password. Every state is told, with 0 where there is none, so that a rule can see nothing.
 */
export function serviceSamples({ services, tasks, stores, closed }: SeenServices): Sample[] {
  const kind = (name: string): string => (stores.includes(name) ? "stateful" : "stateless");
  return [
    ...services.flatMap(({ name, replicas }): Sample[] => [
      {
        name: "kaleem_service_tasks_wanted",
        help: "How many tasks of a service are declared.",
        labels: { service: name },
        value: replicas,
      },
      ...states.map((state) => ({
        name: "kaleem_service_tasks",
        help: "Tasks of a service by what their health check says.",
        labels: { service: name, kind: kind(name), state },
        value: tasks.filter((task) => task.service === name && stateOf(task.container) === state).length,
      })),
    ]),
    ...tasks.flatMap(containerSamples),
    {
      name: "kaleem_closed",
      help: "1 while the edge answers 503 on purpose.",
      labels: {},
      value: closed ? 1 : 0,
    },
  ];
}

function containerSamples({ service, container, usage }: MeasuredTask): Sample[] {
  if (usage === null) return [];
  const labels = { service, container: container.id.slice(0, 12) };
  return [
    {
      name: "kaleem_container_memory_bytes",
      help: "Memory that a container uses.",
      labels,
      value: usage.memoryBytes,
    },
    {
      name: "kaleem_container_memory_limit_bytes",
      help: "Memory at which a container is killed.",
      labels,
      value: usage.memoryLimitBytes,
    },
    counter(
      "kaleem_container_cpu_seconds_total",
      "CPU time that a container has used.",
      labels,
      usage.cpuSeconds,
    ),
  ];
}

function stateOf({ paused, health }: Container): (typeof states)[number] {
  if (paused) return "paused";
  if (health === null) return "healthy";
  return states.find((state) => state === health) ?? "unhealthy";
}
