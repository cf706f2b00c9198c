import { createHttpServer } from "../http-server.ts";
import { createMetrics } from "../metrics.ts";
import { Readiness } from "../readiness.ts";
import type { RoleMaker } from "../role.ts";
import { StoreError } from "../store-error.ts";
import { MinioObjects } from "../worker/minio-objects.ts";
import { EmbeddingClient } from "./embedding-client.ts";
import { addKeptRoutes } from "./kept-routes.ts";
import { MongoOrders } from "./mongo-orders.ts";
import { addOrderRoutes } from "./order-routes.ts";
import { Orders } from "./orders.ts";
import { Patience } from "./patience.ts";
import { QdrantOrders } from "./qdrant-orders.ts";
import { RabbitReceipts } from "./rabbit-receipts.ts";
import { RedisOrders } from "./redis-orders.ts";
import { loadApiSettings } from "./settings.ts";

/** Orders over HTTP, kept in every store. */
export function apiRole(environment: Readonly<Record<string, string | undefined>>): RoleMaker {
  const settings = loadApiSettings(environment);
  return {
    settings,
    make(log) {
      const metrics = createMetrics("api");
      const stores = {
        embedding: new EmbeddingClient(settings.embedding),
        archive: new MongoOrders(settings.mongo),
        cache: new RedisOrders(settings.redis),
        vectors: new QdrantOrders(settings.qdrant),
        receipts: new RabbitReceipts(settings.rabbitmq),
      };
      const needs = Object.values(stores);
      const readiness = new Readiness(needs);
      const count = (trouble: unknown) => {
        if (trouble instanceof StoreError)
          metrics.storeErrors.inc({ store: trouble.store, kind: trouble.kind });
      };
      const patience = new Patience(settings.storePatienceMs, (trouble) => {
        count(trouble);
        log.warn({ err: trouble }, "waiting for a store");
      });
      const orders = new Orders(stores, patience, (trouble) => {
        count(trouble);
        log.warn({ err: trouble }, "answering without the cache");
      });
      const server = createHttpServer({ readiness, metrics, log, healthPath: "/api/health" });
      addOrderRoutes(server, orders, metrics);
      const objects = new MinioObjects(settings.minio);
      const object = async (key: string): Promise<unknown> => {
        const text = await objects.get(key);
        return text === undefined ? undefined : JSON.parse(text);
      };
      addKeptRoutes(server, {
        orders: {
          mongo: (id) => stores.archive.find(id),
          redis: (id) => stores.cache.find(id),
          qdrant: (id) => stores.vectors.find(id),
          minio: (id) => object(`orders/${id}.json`),
        },
        webhook: (id) => object(`webhooks/${id}.json`),
      });
      return { server, readiness, needs };
    },
  };
}
