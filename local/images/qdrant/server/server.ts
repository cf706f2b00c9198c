import { createHash, timingSafeEqual } from "node:crypto";
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";
import { addCollectionRoutes } from "./collection-routes.ts";
import { renderMetrics } from "./metrics.ts";
import { addPointRoutes } from "./point-routes.ts";
import { QdrantError } from "./qdrant-error.ts";
import { addSnapshotRoutes } from "./snapshot-routes.ts";
import type { CheckQuotas } from "./quotas.ts";
import type { Snapshots } from "./snapshots.ts";
import type { Storage } from "./storage.ts";
import { version } from "./version.ts";

/** What the routes work with. */
export interface ServerParts {
  readonly storage: Storage;
  readonly snapshots: Snapshots;
  /** Each opens everything. Without one everything is open, as in Qdrant. */
  readonly apiKeys: readonly string[];
  /** Asked before each write of points. Left out, there is no limit. */
  readonly checkQuotas?: CheckQuotas;
}

/** Qdrant's own limit for a request, `service.max_request_size_mb`. */
const bodyLimitBytes = 32 * 1024 * 1024;
/** Answered without the key, as in Qdrant. */
const open = new Set(["/", "/healthz", "/livez", "/readyz"]);
const plain = "text/plain; charset=utf-8";

/** Qdrant's REST API over what is stored, not yet listening. */
export function createServer({ storage, snapshots, apiKeys, checkQuotas }: ServerParts): FastifyInstance {
  const server = newServer();
  if (apiKeys.length > 0) demandKey(server, apiKeys);
  server.get("/", () => ({ title: "qdrant - vector search engine", version }));
  server.get("/healthz", (_request, reply) => reply.type(plain).send("healthz check passed"));
  server.get("/livez", (_request, reply) => reply.type(plain).send("healthz check passed"));
  server.get("/readyz", (_request, reply) => reply.type(plain).send("all shards are ready"));
  addMetrics(server, storage);
  addCollectionRoutes(server, storage);
  addPointRoutes(server, storage, checkQuotas);
  addSnapshotRoutes(server, snapshots);
  return server;
}

/** `/metrics` alone, for the port that needs no key. */
export function createMetricsServer(storage: Storage): FastifyInstance {
  const server = newServer();
  addMetrics(server, storage);
  return server;
}

function newServer(): FastifyInstance {
  const server = fastify({ bodyLimit: bodyLimitBytes, forceCloseConnections: "idle" });
  // Qdrant answers an unknown route with nothing but the status.
  server.setNotFoundHandler((_request, reply) => reply.code(404).send());
  server.setErrorHandler((error: FastifyError | QdrantError, request, reply) => {
    if (error instanceof QdrantError) return reply.code(error.status).send(failure(error.message));
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(failure(`Format error in JSON body: ${error.message}`));
    process.stderr.write(`qdrant: ${request.method} ${request.url}: ${error.stack ?? error.message}\n`);
    return reply.code(500).send(failure(`Service internal error: ${error.message}`));
  });
  return server;
}

function failure(error: string) {
  return { status: { error }, time: 0 };
}

function addMetrics(server: FastifyInstance, storage: Storage): void {
  server.get("/metrics", (_request, reply) => reply.type(plain).send(renderMetrics(storage)));
}

function demandKey(server: FastifyInstance, apiKeys: readonly string[]): void {
  const right = apiKeys.map(digest);
  server.addHook("onRequest", async (request, reply) => {
    if (open.has(request.routeOptions.url ?? "")) return;
    const key = keyOf(request);
    if (key === undefined)
      return reply.code(401).type(plain).send("Must provide an API key or an Authorization bearer token");
    const given = digest(key);
    if (!right.some((each) => timingSafeEqual(given, each)))
      return reply.code(401).type(plain).send("Invalid API key or JWT");
    return undefined;
  });
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const given = headers["api-key"];
  if (typeof given === "string") return given;
  return /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1];
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
