import { pino } from "pino";
import { addOrderRoutes } from "../../../../local/app/api/order-routes.ts";
import { Patience } from "../../../../local/app/api/patience.ts";
import { Orders } from "../../../../local/app/api/orders.ts";
import { createHttpServer } from "../../../../local/app/http-server.ts";
import { createMetrics } from "../../../../local/app/metrics.ts";
import { Readiness } from "../../../../local/app/readiness.ts";
import { MemoryStore } from "./memory-stores.ts";

/** The whole API over stores in memory, and what it logged and met. */
export function testServer() {
  const stores = {
    embedding: new MemoryStore("embedding"),
    mongo: new MemoryStore("mongo"),
    redis: new MemoryStore("redis"),
    qdrant: new MemoryStore("qdrant"),
    rabbitmq: new MemoryStore("rabbitmq"),
  };
  const { embedding, mongo, redis, qdrant, rabbitmq } = stores;
  const needs = Object.values(stores);
  const lines: string[] = [];
  const troubles: unknown[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(line) });
  const readiness = new Readiness(needs);
  const metrics = createMetrics("api");
  const orders = new Orders(
    { embedding, archive: mongo, cache: redis, vectors: qdrant, receipts: rabbitmq },
    // A store that is away is said at once.
    new Patience(0, (trouble) => troubles.push(trouble)),
    (trouble) => troubles.push(trouble),
  );
  const server = createHttpServer({ readiness, metrics, log, healthPath: "/api/health" });
  addOrderRoutes(server, orders, metrics);
  return { ...stores, needs, lines, troubles, readiness, metrics, server, log };
}
