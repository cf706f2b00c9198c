import { api } from "./api/api.ts";
import type { ServiceDefinition } from "./definition.ts";
import { embedding } from "./embedding/embedding.ts";
import { minio } from "./minio/minio.ts";
import { mongo } from "./mongo/mongo.ts";
import { n8n } from "./n8n/n8n.ts";
import { qdrant } from "./qdrant/qdrant.ts";
import { rabbitmq } from "./rabbitmq/rabbitmq.ts";
import { redis } from "./redis/redis.ts";
import { webhooks } from "./webhooks/webhooks.ts";
import { worker1, worker2 } from "./worker/worker.ts";

/** Every service of the platform, stores first: the order of starting. The edge in front of them is `edge/nginx.ts`. */
export const catalog: readonly ServiceDefinition[] = [
  mongo,
  redis,
  qdrant,
  rabbitmq,
  minio,
  n8n,
  embedding,
  api,
  worker1,
  worker2,
  webhooks,
];
