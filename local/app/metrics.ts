import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

/** The numbers that `/metrics` shows. A registry of its own, so that tests do not share counts. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requestSeconds: new Histogram({
      name: "kaleem_api_request_duration_seconds",
      help: "Time to answer a request, by route and status",
      labelNames: ["method", "route", "status"] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    orders: new Counter({
      name: "kaleem_api_orders_total",
      help: "Orders asked for, by outcome: acknowledged, invalid or failed (not acknowledged)",
      labelNames: ["outcome"] as const,
      registers,
    }),
    storeErrors: new Counter({
      name: "kaleem_api_store_errors_total",
      help: "Requests and health questions that a store did not answer well",
      labelNames: ["store", "kind"] as const,
      registers,
    }),
    inFlight: new Gauge({
      name: "kaleem_api_requests_in_flight",
      help: "Requests being answered",
      registers,
    }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
