import { apiImage } from "./api/image.ts";
import { minioImage } from "./minio/image.ts";
import { mongoImage } from "./mongo/image.ts";
import { monitoringImage } from "./monitoring/image.ts";
import { nginxImage } from "./nginx/image.ts";
import { rabbitmqImage } from "./rabbitmq/image.ts";
import type { ImageRecipe } from "./recipe.ts";
import { qdrantImage } from "./qdrant/image.ts";
import { redisImage } from "./redis/image.ts";

/**
 * Key in the image lock → how its stand-in is made. Several keys may share one recipe, so that the machine pulls it once.
 * The platform's own applications have nothing to stand in for, and are always made here.
 */
export const standIns: Readonly<Record<string, ImageRecipe>> = {
  mongo: mongoImage,
  redis: redisImage,
  rabbitmq: rabbitmqImage,
  minio: minioImage,
  qdrant: qdrantImage,
  nginx: nginxImage,
  api: apiImage,
  embedding: apiImage,
  worker: apiImage,
  webhooks: apiImage,
  prometheus: monitoringImage,
  alertmanager: monitoringImage,
  "node-exporter": monitoringImage,
  "blackbox-exporter": monitoringImage,
  "redis-exporter": monitoringImage,
};

/** Keys of images that no registry has: they are made from this repository. */
export const ownImages: ReadonlySet<string> = new Set(["api", "embedding", "worker", "webhooks"]);
