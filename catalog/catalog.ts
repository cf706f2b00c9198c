import { alertmanager } from "./alertmanager/alertmanager.ts";
import { blackboxExporter } from "./blackbox-exporter/blackbox-exporter.ts";
import type { ServiceDefinition } from "./definition.ts";
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

/**
 * Every service that is the platform's own: stores, then monitoring. What a stack runs for its customers are applications, which its
 * settings describe (`withApplications`); the edge in front of them is `components/edge/nginx.ts`.
 */
export const catalog: readonly ServiceDefinition[] = [
  mongo,
  redis,
  qdrant,
  rabbitmq,
  minio,
  n8n,
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
