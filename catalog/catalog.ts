import { alertmanager } from "./alertmanager/alertmanager.ts";
import { api } from "./api/api.ts";
import { blackboxExporter } from "./blackbox-exporter/blackbox-exporter.ts";
import type { ServiceDefinition } from "./definition.ts";
import { embedding } from "./embedding/embedding.ts";
import { grafana } from "./grafana/grafana.ts";
import { logShipper } from "./log-shipper/log-shipper.ts";
import { loki } from "./loki/loki.ts";
import { minio } from "./minio/minio.ts";
import { mongo } from "./mongo/mongo.ts";
import { n8n } from "./n8n/n8n.ts";
import { nodeExporter } from "./node-exporter/node-exporter.ts";
import { prometheus } from "./prometheus/prometheus.ts";
import { qdrant } from "./qdrant/qdrant.ts";
import { rabbitmq } from "./rabbitmq/rabbitmq.ts";
import { redisExporter } from "./redis-exporter/redis-exporter.ts";
import { redis } from "./redis/redis.ts";
import { tempo } from "./tempo/tempo.ts";
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
  // Monitoring.
  prometheus,
  alertmanager,
  nodeExporter,
  blackboxExporter,
  redisExporter,
  loki,
  logShipper,
  tempo,
  grafana,
];
