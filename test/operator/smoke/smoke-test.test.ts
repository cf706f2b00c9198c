import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { orderDigest } from "../../../recovery/orders/ledger.ts";
import { smokeTest, type SmokeStep } from "../../../operator/smoke/smoke-test.ts";
import { FakeEdge } from "../../drill/fake-edge.ts";

let edge: FakeEdge;
before(async () => {
  edge = await new FakeEdge().open();
});
after(() => edge.close());

type Held = Record<string, { held: Record<string, string> } | { why: string }>;
/** What the stores say; tests spoil one. Null stands for the digest of the order that was placed. */
let orders: (id: string, digest: string) => Held;
let webhooks: (id: string) => Held;
let signed: string[] = [];

beforeEach(() => {
  signed = [];
  edge.place = (request, response, order) => {
    if (request.url !== "/webhooks/smoke") {
      edge.accept(response, order);
      return;
    }
    signed.push(String(request.headers["x-kaleem-signature"]));
    edge.reply(response, 202, { id: "w1" });
  };
  orders = (id, digest) => ({
    mongo: { held: { [id]: digest } },
    rabbitmq: { held: {} },
    minio: { held: { [id]: digest } },
  });
  webhooks = (id) => ({ minio: { held: { [id]: "any" } } });
});

async function run(limitMs = 60): Promise<readonly string[]> {
  const said: SmokeStep[] = [];
  const steps = await smokeTest({
    edge: edge.target,
    host: {
      queues: new Set(["rabbitmq"]),
      orders: async (id) => ({ stores: orders(id, orderDigest(edge.orders.get(id))) }),
      webhooks: async (id) => ({ stores: webhooks(id) }),
      sign: async (source, body) => `signature of ${body.length > 0 ? source : "nothing"}`,
    },
    onStep: (step) => said.push(step),
    limitMs,
    everyMs: 5,
  });
  assert.deepEqual(steps, said);
  for (const { milliseconds } of steps) assert.ok(milliseconds >= 0);
  return steps.map(({ name, ok, sentence }) => `${ok ? "ok" : "NO"} ${name}: ${sentence}`);
}

const failures = (steps: readonly string[]) => steps.filter((step) => step.startsWith("NO"));

test("says each thing once, as soon as it is proved", async () => {
  const steps = await run();
  assert.deepEqual(
    steps.map((step) => step.replace(/order [0-9a-f-]{36}/, "order ID")),
    [
      "ok api: order ID acknowledged",
      "ok mongo: holds the order unaltered",
      "ok rabbitmq: the message is processed",
      "ok minio: holds the order unaltered",
      "ok edge: read back unaltered",
      "ok webhooks: w1 accepted",
      "ok minio: the webhook is recorded",
    ],
  );
  assert.deepEqual(signed, ["signature of smoke"]);
});

test("waits for a worker, within its time", async () => {
  let looks = 0;
  const done = orders;
  orders = (id, digest) =>
    ++looks < 4
      ? { ...done(id, digest), rabbitmq: { held: { [id]: digest } }, minio: { held: {} } }
      : done(id, digest);
  assert.deepEqual(failures(await run(2000)), []);
  assert.equal(looks, 4);
});

const spoiled: readonly [title: string, spoil: () => void, failure: RegExp][] = [
  [
    "an order that a store lacks",
    () => {
      const good = orders;
      orders = (id, digest) => ({ ...good(id, digest), mongo: { held: {} } });
    },
    /^NO mongo: it is not there, after 0\.06 s$/,
  ],
  [
    "an order that a store altered",
    () => {
      const good = orders;
      orders = (id, digest) => ({ ...good(id, digest), minio: { held: { [id]: "other" } } });
    },
    /^NO minio: it is altered, after 0\.06 s$/,
  ],
  [
    "a message that no worker takes",
    () => {
      const good = orders;
      orders = (id, digest) => ({ ...good(id, digest), rabbitmq: { held: { [id]: digest } } });
    },
    /^NO rabbitmq: no worker has accepted the message, after 0\.06 s$/,
  ],
  [
    "a store that does not answer",
    () => {
      const good = orders;
      orders = (id, digest) => ({ ...good(id, digest), mongo: { why: "connection refused" } });
    },
    /^NO mongo: connection refused, after 0\.06 s$/,
  ],
  [
    "an agent that cannot be asked",
    () => {
      orders = () => {
        throw new Error("host unreachable");
      };
    },
    /^NO agent: host unreachable, after 0\.06 s$/,
  ],
  [
    "an order that is refused",
    () => {
      edge.place = (_request, response) => {
        edge.reply(response, 503, { error: "qdrant cannot be reached" });
      };
    },
    /^NO api: no order was acknowledged: 503: .*qdrant cannot be reached/,
  ],
  [
    "a webhook that is not believed",
    () => {
      const good = edge.place;
      edge.place = (request, response, order) => {
        if (request.url === "/webhooks/smoke") edge.reply(response, 401, { error: "no" });
        else good(request, response, order);
      };
    },
    /^NO webhooks: not accepted: 401 \{"error":"no"\}$/,
  ],
  [
    "a webhook that nobody records",
    () => {
      webhooks = () => ({ minio: { held: {} } });
    },
    /^NO minio: not recorded, after 0\.06 s$/,
  ],
  [
    "a stack whose stores keep no webhooks",
    () => {
      webhooks = () => ({});
    },
    /^NO agent: no store of this stack keeps it$/,
  ],
];
for (const [title, spoil, failure] of spoiled) {
  test(`fails for ${title}`, async () => {
    spoil();
    assert.match(failures(await run())[0] ?? "nothing failed", failure);
  });
}
