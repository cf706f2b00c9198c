import { z } from "zod";
import { AmqpConnection } from "../amqp-connection.ts";
import { AmqpOutlet } from "../amqp-outlet.ts";
import type { Dependency } from "../dependency.ts";
import { createHttpServer } from "../http-server.ts";
import { createMetrics } from "../metrics.ts";
import { Readiness } from "../readiness.ts";
import type { RoleMaker } from "../role.ts";
import { readSettings, roleSettings, roleShape, secretFile, storeUrl } from "../settings.ts";
import { addWebhookRoutes } from "./webhook-routes.ts";

const environmentSchema = z.object({
  ...roleShape({ port: 3100, drainNoticeSeconds: 2 }),
  SIGNING_KEY_FILE: secretFile("signing-key"),
  RABBITMQ_URL: storeUrl("amqp://rabbitmq:5672"),
  RABBITMQ_USER: z.string().min(1).default("app"),
  RABBITMQ_PASSWORD_FILE: secretFile("rabbitmq-password"),
});

/** Takes signed webhooks and queues them; a worker records them. */
export function webhooksRole(environment: Readonly<Record<string, string | undefined>>): RoleMaker {
  const env = readSettings(environmentSchema, environment);
  return {
    settings: roleSettings(env),
    make(log) {
      const metrics = createMetrics("webhooks");
      const connection = new AmqpConnection(
        { url: env.RABBITMQ_URL, user: env.RABBITMQ_USER, password: env.RABBITMQ_PASSWORD_FILE },
        "kaleem-webhooks",
      );
      const outlet = new AmqpOutlet(connection, {
        exchange: "webhooks",
        routingKey: "webhooks",
        queue: "webhooks",
      });
      const rabbitmq: Dependency = {
        name: "rabbitmq",
        probe: () => outlet.probe(),
        close: () => connection.close(),
      };
      const readiness = new Readiness([rabbitmq]);
      const server = createHttpServer({ readiness, metrics, log, bodyLimitBytes: 256 * 1024 });
      addWebhookRoutes(server, {
        signingKey: env.SIGNING_KEY_FILE,
        queue: (webhook) => outlet.send({ id: webhook.id, body: Buffer.from(JSON.stringify(webhook)) }),
        metrics,
      });
      return { server, readiness, needs: [rabbitmq] };
    },
  };
}
