import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** The numbers that every role shows at `/metrics`. A registry of its own, so that tests do not share counts. */
export function createMetrics(role: string) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const name = (what: string) => `kaleem_${role}_${what}`;
  return {
    registry,
    requestSeconds: new Histogram({
      // By the names of the common middlewares, as most applications have it.
      name: "http_request_duration_seconds",
      help: "Time to answer a request, by route and status",
      labelNames: ["method", "route", "status_code"] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    storeErrors: new Counter({
      name: name("store_errors_total"),
      help: "Requests and messages that a store did not answer well",
      labelNames: ["store", "kind"] as const,
      registers,
    }),
    inFlight: new Gauge({
      name: name("requests_in_flight"),
      help: "Requests being answered",
      registers,
    }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
