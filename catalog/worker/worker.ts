import { application } from "../application.ts";
import { defineStateless, type StatelessDefinition } from "../definition.ts";

/**
 * Workers make receipts of orders and record webhooks: from RabbitMQ's queues into MinIO's objects. Each is a service of its own,
 * with a port of its own for its numbers, so that one can be looked at and updated while the other works.
 */
export const worker1 = worker(1);
export const worker2 = worker(2);

function worker(number: 1 | 2): StatelessDefinition {
  const port = 9100 + number;
  return defineStateless({
    name: `worker-${number}`,
    image: "worker",
    ...application("worker", `http://127.0.0.1:${port}/health`),
    ports: { metrics: port },
    metrics: { port: "metrics", path: "/metrics" },
    env: {
      PORT: String(port),
      RABBITMQ_URL: "amqp://rabbitmq:5672",
      MINIO_URL: "http://minio:9000",
    },
    secrets: { "rabbitmq-password": "rabbitmq-app-password", "minio-password": "minio-app-password" },
    logins: {
      RABBITMQ_USER: { user: "app", secret: "rabbitmq-app-password" },
      MINIO_USER: { user: "app", secret: "minio-app-password" },
    },
    limits: { memory: "256MiB", cpus: 1 },
    replicas: 1,
    recovery: "none: rebuilt from its image; a message being processed goes back to its queue",
  });
}
