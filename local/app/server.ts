import fastify, { LogController } from "fastify";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { z } from "zod";
import type { Metrics } from "./metrics.ts";
import { orderRequestSchema } from "./order.ts";
import type { Orders } from "./orders.ts";
import type { Readiness } from "./readiness.ts";
import { StoreError } from "./store-error.ts";

/** What the routes work with. */
export interface ServerParts {
  readonly orders: Orders;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Largest body of a request: orders are small, and a larger one is a mistake or an attack. */
const bodyLimitBytes = 16 * 1024;

/** The HTTP server of the sample API, not yet listening. Every error is answered as `{"error": "<sentence>"}`. */
export function createServer(parts: ServerParts) {
  const server = fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    // The edge keeps connections for 60 s at most; ours must outlive its own, or it sends on one that is just closing.
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    // What still arrives on an open connection during a drain is answered, not refused.
    return503OnClosing: false,
  });
  observe(server, parts);
  answerErrors(server, parts);
  addOrderRoutes(server, parts);
  addHealthRoutes(server, parts);
  return server;
}
export type Server = ReturnType<typeof createServer>;

/** One log line and one measurement for each request; health questions are logged only when the answer is no. */
function observe(server: Server, { metrics, readiness }: ServerParts): void {
  server.addHook("onRequest", (_request, _reply, done) => {
    metrics.inFlight.inc();
    done();
  });
  server.addHook("onSend", (_request, reply, payload, done) => {
    if (readiness.draining) reply.header("connection", "close");
    done(null, payload);
  });
  server.addHook("onResponse", (request, reply, done) => {
    metrics.inFlight.dec();
    const route = request.routeOptions.url ?? "unknown";
    const status = String(reply.statusCode);
    metrics.requestSeconds.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    const isRoutine = reply.statusCode === 200 && (route === "/api/health" || route === "/metrics");
    if (!isRoutine) request.log.info(line, "answered");
    done();
  });
  server.addHook("onRequestAbort", (request, done) => {
    request.log.info({ route: request.routeOptions.url }, "client went away before the answer");
    done();
  });
}

function answerErrors(server: Server, { metrics }: ServerParts): void {
  server.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof StoreError) {
      metrics.storeErrors.inc({ store: error.store, kind: error.kind });
      request.log.warn({ store: error.store, kind: error.kind }, error.message);
      return reply.code(503).header("retry-after", "1").send({ error: error.message, store: error.store });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: error.message });
    request.log.error({ err: error }, "request failed");
    return reply.code(500).send({ error: "Something went wrong here; the log says what." });
  });
  server.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: `There is nothing at ${request.method} ${request.url.split("?", 1)[0] ?? ""}.` }),
  );
}

function addOrderRoutes(server: Server, { orders, metrics }: ServerParts): void {
  server.post("/api/orders", async (request, reply) => {
    const parsed = orderRequestSchema.safeParse(request.body);
    if (!parsed.success) {
      metrics.orders.inc({ outcome: "invalid" });
      return reply.code(400).send({ error: invalidOrder(parsed.error) });
    }
    try {
      const order = await orders.place(parsed.data);
      metrics.orders.inc({ outcome: "acknowledged" });
      return await reply.code(201).header("location", `/api/orders/${order.id}`).send(order);
    } catch (error) {
      metrics.orders.inc({ outcome: "failed" });
      throw error;
    }
  });

  server.get<{ Params: { id: string } }>("/api/orders/:id", async (request, reply) => {
    const id = z.uuid().safeParse(request.params.id);
    const found = id.success ? await orders.find(id.data) : undefined;
    if (found === undefined) return reply.code(404).send({ error: "There is no order with this id." });
    return reply.header("x-order-source", found.source).send(found.order);
  });
}

function addHealthRoutes(server: Server, { readiness, metrics }: ServerParts): void {
  server.get("/api/health", async (_request, reply) => {
    const health = await readiness.health();
    const status = health.ready ? "ok" : health.draining ? "draining" : "unavailable";
    return reply
      .code(health.ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ status, stores: health.stores });
  });
  server.get("/metrics", async (_request, reply) => {
    return reply.header("content-type", metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

/** All problems of a body in one sentence each, such as `quantity: Too small: expected number to be >=1`. */
function invalidOrder(error: z.ZodError): string {
  const problems = error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join(".")}: ${message}` : message,
  );
  return `This is not an order: ${problems.join("; ")}.`;
}
