import { z } from "zod";
import type { AmqpSettings } from "../amqp-connection.ts";
import { readSettings, roleSettings, roleShape, secretFile, storeUrl } from "../settings.ts";
import type { RoleSettings } from "../settings.ts";
import type { MinioSettings } from "./minio-objects.ts";

/** Everything a worker is told from outside. */
export interface WorkerSettings extends RoleSettings {
  readonly rabbitmq: AmqpSettings;
  readonly minio: MinioSettings;
  /** Messages in work at once, for each queue. */
  readonly prefetch: number;
}

const environmentSchema = z.object({
  // Nobody sends requests here but the monitoring: there is no one to give notice to.
  ...roleShape({ port: 9101, drainNoticeSeconds: 0 }),
  RABBITMQ_URL: storeUrl("amqp://rabbitmq:5672"),
  RABBITMQ_USER: z.string().min(1).default("app"),
  RABBITMQ_PASSWORD_FILE: secretFile("rabbitmq-password"),
  MINIO_URL: storeUrl("http://minio:9000"),
  MINIO_USER: z.string().min(1).default("app"),
  MINIO_PASSWORD_FILE: secretFile("minio-password"),
  MINIO_BUCKET: z.string().min(3).default("receipts"),
  PREFETCH: z.coerce.number().int().min(1).max(1000).default(20),
});

/** Reads a worker's settings. Throws `SettingsError` with all problems at once. */
export function loadWorkerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): WorkerSettings {
  const env = readSettings(environmentSchema, environment);
  return {
    ...roleSettings(env),
    rabbitmq: { url: env.RABBITMQ_URL, user: env.RABBITMQ_USER, password: env.RABBITMQ_PASSWORD_FILE },
    minio: {
      url: env.MINIO_URL,
      user: env.MINIO_USER,
      password: env.MINIO_PASSWORD_FILE,
      bucket: env.MINIO_BUCKET,
    },
    prefetch: env.PREFETCH,
  };
}
