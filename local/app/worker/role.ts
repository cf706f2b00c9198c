import { Counter, Gauge } from "prom-client";
import { AmqpConnection } from "../amqp-connection.ts";
import { AmqpOutlet } from "../amqp-outlet.ts";
import { createHttpServer } from "../http-server.ts";
import { createMetrics } from "../metrics.ts";
import { Readiness } from "../readiness.ts";
import type { RoleMaker } from "../role.ts";
import { StoreError } from "../store-error.ts";
import { AmqpConsumer } from "./amqp-consumer.ts";
import { MessageWork } from "./message-work.ts";
import type { DeadLetters } from "./message-work.ts";
import { MinioObjects } from "./minio-objects.ts";
import { loadWorkerSettings } from "./settings.ts";

/** Makes receipts of orders, and records webhooks: from the queues into objects. */
export function workerRole(environment: Readonly<Record<string, string | undefined>>): RoleMaker {
  const settings = loadWorkerSettings(environment);
  return {
    settings,
    make(log) {
      const metrics = createMetrics("worker");
      const counts = createWorkerMetrics(metrics.registry);
      const connection = new AmqpConnection(settings.rabbitmq, "kaleem-worker");
      const objects = new MinioObjects(settings.minio);
      const work = new MessageWork({
        objects,
        dead: deadLetters(connection),
        log,
        onTrouble: (trouble) => {
          if (trouble instanceof StoreError) {
            metrics.storeErrors.inc({ store: trouble.store, kind: trouble.kind });
          }
        },
      });
      const consumer = new AmqpConsumer({
        connection,
        queues: ["receipts", "webhooks"],
        prefetch: settings.prefetch,
        log,
        async handle(delivery, stopping) {
          const { queue } = delivery;
          counts.inWork.inc({ queue });
          try {
            counts.messages.inc({ queue, outcome: await work.process(delivery, stopping) });
          } finally {
            counts.inWork.dec({ queue });
          }
        },
      });
      const needs = [consumer, objects];
      const readiness = new Readiness(needs);
      return { server: createHttpServer({ readiness, metrics, log }), readiness, needs, work: consumer };
    },
  };
}

function deadLetters(connection: AmqpConnection): DeadLetters {
  const outlet = new AmqpOutlet(connection, { exchange: "dead", routingKey: "", queue: "dead" });
  return {
    send: ({ queue, id, body }, why) =>
      outlet.send({ id, body, headers: { "x-kaleem-queue": queue, "x-kaleem-reason": why } }),
  };
}

function createWorkerMetrics(registry: ReturnType<typeof createMetrics>["registry"]) {
  const registers = [registry];
  return {
    messages: new Counter({
      name: "kaleem_worker_messages_total",
      help: "Messages that were acknowledged, by queue and by what became of them: stored or dead",
      labelNames: ["queue", "outcome"] as const,
      registers,
    }),
    inWork: new Gauge({
      name: "kaleem_worker_messages_in_work",
      help: "Messages taken and not yet acknowledged; they stay here while the store of objects is away",
      labelNames: ["queue"] as const,
      registers,
    }),
  };
}
