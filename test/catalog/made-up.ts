import type { StatefulDefinition, StatelessDefinition } from "../../catalog/definition.ts";

const health = {
  argv: ["true"],
  every: "5s",
  timeout: "4s",
  retries: 3,
  startPeriod: "30m",
} as const;
const none = async (): Promise<never> => Promise.reject(new Error("not called"));

/** An application that keeps every rule; tests change one thing. */
export function madeUpApplication(more: Partial<StatelessDefinition> = {}): StatelessDefinition {
  return {
    kind: "stateless",
    name: "shop",
    image: "shop",
    user: "1000:1000",
    ports: { http: 3000 },
    health,
    limits: { memory: "256MiB", cpus: 1 },
    replicas: 2,
    stopGrace: "30s",
    recovery: "none: made up",
    ...more,
  };
}

/** A store that keeps every rule; tests change one thing. */
export function madeUpStore(more: Partial<StatefulDefinition> = {}): StatefulDefinition {
  return {
    kind: "stateful",
    name: "store",
    image: "store",
    user: "999:999",
    ports: { store: 7000 },
    data: { "/data": "store" },
    health,
    limits: { memory: "1GiB", cpus: 1 },
    stopGrace: "1m",
    recovery: {
      objectives: { rpo: "15m", rto: "1h" },
      connect: none,
      close: none,
      version: none,
      follows: () => null,
      setup: none,
      canary: { write: none, read: none },
      inventory: none,
      resetUsers: none,
    },
    ...more,
  };
}
