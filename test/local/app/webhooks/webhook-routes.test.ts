import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { createHttpServer } from "../../../../local/app/http-server.ts";
import { createMetrics } from "../../../../local/app/metrics.ts";
import { Readiness } from "../../../../local/app/readiness.ts";
import { StoreError } from "../../../../local/app/store-error.ts";
import { sign } from "../../../../local/app/webhooks/signature.ts";
import { addWebhookRoutes } from "../../../../local/app/webhooks/webhook-routes.ts";
import type { Webhook } from "../../../../local/app/webhooks/webhook.ts";

const signingKey = "signing key";
const now = 1_795_000_000;

function parts() {
  const queued: Webhook[] = [];
  const trouble: { error?: Error } = {};
  const metrics = createMetrics("webhooks");
  const log = pino({ level: "silent" });
  const server = createHttpServer({ readiness: new Readiness([]), metrics, log, bodyLimitBytes: 1024 });
  const queue = async (webhook: Webhook) => {
    if (trouble.error !== undefined) throw trouble.error;
    queued.push(webhook);
  };
  addWebhookRoutes(server, { signingKey, queue, metrics, now: () => now });
  const post = (source: string, body: Buffer | string, header?: string, type = "application/json") => {
    const signature = header ?? sign(signingKey, now, source, Buffer.from(body));
    const headers = { "x-kaleem-signature": signature, "content-type": type };
    return server.inject({ method: "POST", url: `/webhooks/${source}`, payload: body, headers });
  };
  return { queued, trouble, server, post };
}

test("accepts a signed call once it is queued, byte for byte, and answers its id", async () => {
  const { post, queued, server } = parts();
  const body = '{ "paid" : true }\n';
  const answer = await post("shop", body);
  const [webhook] = queued;
  assert.deepEqual([answer.statusCode, answer.json()], [202, { id: webhook?.id }]);
  assert.deepEqual(webhook, { id: webhook?.id, source: "shop", signedAt: "2026-11-18T11:06:40.000Z", body });
  assert.match((await server.inject("/metrics")).body, /received_total\{outcome="accepted"\} 1/);
});

test("the same call twice has one id, so that it is recorded once; another body has another", async () => {
  const { post, queued } = parts();
  for (const body of ["{}", "{}", "[]"]) assert.equal((await post("shop", body)).statusCode, 202);
  assert.equal(new Set(queued.map(({ id }) => id)).size, 2);
});

test("takes any type of body as it is, and none", async () => {
  const { post, queued } = parts();
  assert.equal(
    (await post("shop", "a=1&b=2", undefined, "application/x-www-form-urlencoded")).statusCode,
    202,
  );
  assert.equal((await post("shop", "not json {", undefined, "application/json")).statusCode, 202);
  assert.equal((await post("shop", "", undefined, "text/plain")).statusCode, 202);
  assert.deepEqual(queued.map(({ body }) => body), ["a=1&b=2", "not json {", ""]); // prettier-ignore
});

test("queues nothing that is not believed, and says why", async () => {
  const { post, queued, server } = parts();
  const answer = await post("shop", "{}", sign("another key", now, "shop", Buffer.from("{}")));
  const error = "This webhook is not accepted: the signature does not match.";
  assert.deepEqual([answer.statusCode, answer.json()], [401, { error }]);
  const late = await post("shop", "{}", sign(signingKey, now - 400, "shop", Buffer.from("{}")));
  assert.match(late.body, /signed 400 s ago; at most 300 s are accepted/);
  assert.equal((await server.inject({ method: "POST", url: "/webhooks/shop" })).statusCode, 401);
  assert.deepEqual(queued, []);
});

test("refuses what could not be recorded unaltered: bytes that are no text, or a source that is no name", async () => {
  const { post, queued } = parts();
  for (const [source, body] of [
    ["shop", Buffer.from([0xff, 0xfe])],
    ["Shop", "{}"],
    ["..%2Forders", "{}"],
  ] as const) {
    const signature = sign(signingKey, now, decodeURIComponent(source), Buffer.from(body));
    assert.equal((await post(source, body, signature)).statusCode, 400, source);
  }
  assert.equal((await post("shop", "x".repeat(2000))).statusCode, 413);
  assert.deepEqual(queued, []);
});

test("accepts nothing while the broker does not confirm, and names it", async () => {
  const { post, trouble, server } = parts();
  trouble.error = new StoreError("rabbitmq", "away", "rabbitmq cannot be reached: test");
  const answer = await post("shop", "{}");
  assert.equal(answer.statusCode, 503);
  assert.deepEqual(answer.json(), { error: "rabbitmq cannot be reached: test", store: "rabbitmq" });
  assert.match((await server.inject("/metrics")).body, /received_total\{outcome="failed"\} 1/);
});
