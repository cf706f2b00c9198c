import { pino } from "pino";
import { createMetrics } from "../../../local/app/metrics.ts";
import { Orders } from "../../../local/app/orders.ts";
import { Readiness } from "../../../local/app/readiness.ts";
import { createServer } from "../../../local/app/server.ts";
import { MemoryStore } from "./memory-stores.ts";

/** The whole API over stores in memory, and what it logged and met. */
export function testServer() {
  const mongo = new MemoryStore("mongo");
  const redis = new MemoryStore("redis");
  const lines: string[] = [];
  const troubles: unknown[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => lines.push(line) });
  const readiness = new Readiness(mongo, redis);
  const metrics = createMetrics();
  const orders = new Orders(mongo, redis, (trouble) => troubles.push(trouble));
  const server = createServer({ orders, readiness, metrics, log });
  return { mongo, redis, lines, troubles, readiness, metrics, server, log };
}
