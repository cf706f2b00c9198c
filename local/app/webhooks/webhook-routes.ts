import { Counter } from "prom-client";
import type { Server } from "../http-server.ts";
import type { Metrics } from "../metrics.ts";
import { checkSignature, signatureHeader } from "./signature.ts";
import { makeWebhook, webhookSchema } from "./webhook.ts";
import type { Webhook } from "./webhook.ts";

export interface WebhookRouteParts {
  readonly signingKey: string;
  /** Returns once the webhook would survive a crash. */
  readonly queue: (webhook: Webhook) => Promise<void>;
  readonly metrics: Metrics;
  /** Seconds since 1970. @default the system's clock */
  readonly now?: () => number;
}

/** Adds `POST /webhooks/:source`: 202 with the record's id once it is queued, 401 with the reason when it is not believed. */
export function addWebhookRoutes(server: Server, parts: WebhookRouteParts): void {
  const { signingKey, queue, metrics, now = () => Date.now() / 1000 } = parts;
  const outcomes = new Counter({
    name: "kaleem_webhooks_received_total",
    help: "Webhooks by outcome: accepted, unsigned (signature wrong, missing or too old), invalid or failed (not queued)",
    labelNames: ["outcome"] as const,
    registers: [metrics.registry],
  });
  // The signature is over the bytes as sent, so nothing may parse them first.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
    done(null, body);
  });

  server.post<{ Params: { source: string } }>("/webhooks/:source", async (request, reply) => {
    const { source } = request.params;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const header = request.headers[signatureHeader];
    const signature = typeof header === "string" ? header : undefined;
    const checked = checkSignature(signingKey, signature, { source, body }, now());
    if ("why" in checked) {
      outcomes.inc({ outcome: "unsigned" });
      return reply.code(401).send({ error: `This webhook is not accepted: ${checked.why}.` });
    }
    const text = body.toString("utf8");
    const webhook = webhookSchema.safeParse(makeWebhook(source, checked.signedAt, text));
    // What is not UTF-8 would come out of the record altered.
    if (!webhook.success || !Buffer.from(text, "utf8").equals(body)) {
      outcomes.inc({ outcome: "invalid" });
      const error = "Expected a source of small letters, digits and dashes in the address, and a UTF-8 body.";
      return reply.code(400).send({ error });
    }
    try {
      await queue(webhook.data);
    } catch (error) {
      outcomes.inc({ outcome: "failed" });
      throw error;
    }
    outcomes.inc({ outcome: "accepted" });
    return reply.code(202).send({ id: webhook.data.id });
  });
}
