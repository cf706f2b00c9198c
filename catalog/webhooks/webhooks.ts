import { application } from "../application.ts";
import { defineStateless } from "../definition.ts";

/** Takes webhooks of partners, signed with the signing key, and queues them; a worker records each. */
export const webhooks = defineStateless({
  name: "webhooks",
  image: "webhooks",
  ...application("webhooks", "http://127.0.0.1:3100/health"),
  ports: { http: 3100 },
  metrics: { port: "http", path: "/metrics" },
  env: { PORT: "3100", RABBITMQ_URL: "amqp://rabbitmq:5672" },
  secrets: { "signing-key": "webhooks-signing-key", "rabbitmq-password": "rabbitmq-app-password" },
  logins: { RABBITMQ_USER: { user: "app", secret: "rabbitmq-app-password" } },
  secretMeanings: {
    "webhooks-signing-key":
      "Partners sign their webhooks with it; a change must reach them at the same time, or their calls are refused.",
  },
  limits: { memory: "256MiB", cpus: 1 },
  replicas: 1,
  recovery: "none: rebuilt from its image; what it accepted is in RabbitMQ",
});
