import { z } from "zod";
import { readSettings, roleSettings, roleShape, seconds, secretFile, storeUrl } from "../settings.ts";
import type { RoleSettings } from "../settings.ts";
import type { MinioSettings } from "../worker/minio-objects.ts";

/** Everything the API is told from outside. */
export interface ApiSettings extends RoleSettings {
  readonly mongo: { readonly url: string; readonly user: string; readonly password: string };
  readonly redis: { readonly url: string; readonly user: string; readonly password: string };
  readonly qdrant: { readonly url: string; readonly apiKey: string };
  readonly rabbitmq: { readonly url: string; readonly user: string; readonly password: string };
  readonly embedding: { readonly url: string };
  /** Where workers keep receipts and webhooks: read back one by one, and needed for nothing else. */
  readonly minio: MinioSettings;
  /** How long an order waits for a store that is away: longer than a restart takes, and with a last try within the drain limit. */
  readonly storePatienceMs: number;
}

const environmentSchema = z.object({
  ...roleShape({ port: 3000, drainNoticeSeconds: 2 }),
  // directConnection: the set has one member, and it is the one named here; without it the driver follows the member list,
  // which a stand-in fills in differently. retryWrites=false: the driver's retry needs server sessions, which FerretDB has
  // not; nothing is lost with a real mongod, since an order that was not confirmed is not acknowledged either.
  MONGO_URL: storeUrl("mongodb://mongo:27017/kaleem?replicaSet=rs0&directConnection=true&retryWrites=false"),
  MONGO_USER: z.string().min(1).default("app"),
  MONGO_PASSWORD_FILE: secretFile("mongo-password"),
  REDIS_URL: storeUrl("redis://redis:6379"),
  REDIS_USER: z.string().min(1).default("app"),
  REDIS_PASSWORD_FILE: secretFile("redis-password"),
  QDRANT_URL: storeUrl("http://qdrant:6333"),
  QDRANT_API_KEY_FILE: secretFile("qdrant-api-key"),
  RABBITMQ_URL: storeUrl("amqp://rabbitmq:5672"),
  RABBITMQ_USER: z.string().min(1).default("app"),
  RABBITMQ_PASSWORD_FILE: secretFile("rabbitmq-password"),
  EMBEDDING_URL: storeUrl("http://embedding:8000"),
  MINIO_URL: storeUrl("http://minio:9000"),
  MINIO_USER: z.string().min(1).default("app"),
  MINIO_PASSWORD_FILE: secretFile("minio-password"),
  MINIO_BUCKET: z.string().min(3).default("receipts"),
  STORE_PATIENCE_SECONDS: seconds(15),
});

/** Reads the API's settings. Throws `SettingsError` with all problems at once. */
export function loadApiSettings(environment: Readonly<Record<string, string | undefined>>): ApiSettings {
  const env = readSettings(environmentSchema, environment);
  return {
    ...roleSettings(env),
    mongo: { url: env.MONGO_URL, user: env.MONGO_USER, password: env.MONGO_PASSWORD_FILE },
    redis: { url: env.REDIS_URL, user: env.REDIS_USER, password: env.REDIS_PASSWORD_FILE },
    qdrant: { url: env.QDRANT_URL, apiKey: env.QDRANT_API_KEY_FILE },
    rabbitmq: { url: env.RABBITMQ_URL, user: env.RABBITMQ_USER, password: env.RABBITMQ_PASSWORD_FILE },
    embedding: { url: env.EMBEDDING_URL },
    minio: {
      url: env.MINIO_URL,
      user: env.MINIO_USER,
      password: env.MINIO_PASSWORD_FILE,
      bucket: env.MINIO_BUCKET,
    },
    storePatienceMs: env.STORE_PATIENCE_SECONDS * 1000,
  };
}
