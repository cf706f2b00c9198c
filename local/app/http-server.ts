import fastify, { LogController } from "fastify";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Metrics } from "./metrics.ts";
import type { Readiness } from "./readiness.ts";
import { StoreError } from "./store-error.ts";

/** What every role's server works with. */
export interface ServerParts {
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Where readiness is asked for. @default "/health" */
  readonly healthPath?: string;
  /** Largest body of a request; a larger one is a mistake or an attack. @default 16384 */
  readonly bodyLimitBytes?: number;
}

/**
 * A role's HTTP server with health and metrics, not yet listening; the role adds its routes. Every error is answered as
 * `{"error": "<sentence>"}`.
 */
export function createHttpServer(parts: ServerParts) {
  const server = fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: parts.bodyLimitBytes ?? 16 * 1024,
    // The edge keeps connections for 60 s at most; ours must outlive its own, or it sends on one that is just closing.
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    // What still arrives on an open connection during a drain is answered, not refused.
    return503OnClosing: false,
  });
  const healthPath = parts.healthPath ?? "/health";
  observe(server, parts, healthPath);
  answerErrors(server, parts);
  addHealthRoutes(server, parts, healthPath);
  return server;
}
export type Server = ReturnType<typeof createHttpServer>;

/** One log line and one measurement for each request; health questions are logged only when the answer is no. */
function observe(server: Server, { metrics, readiness }: ServerParts, healthPath: string): void {
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
    const status_code = String(reply.statusCode);
    metrics.requestSeconds.observe({ method: request.method, route, status_code }, reply.elapsedTime / 1000);
    const line = {
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    const isRoutine = reply.statusCode === 200 && (route === healthPath || route === "/metrics");
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

function addHealthRoutes(server: Server, { readiness, metrics }: ServerParts, healthPath: string): void {
  server.get(healthPath, async (_request, reply) => {
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
