import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { edgeOf, hostOf, instanceOf, npmRun, testStack } from "./support/test-stack.ts";
import { askEdge } from "../../local/stack/await-edge.ts";
import { EdgeClient } from "../../recovery/drill/edge-client.ts";

const { vps } = instanceOf(testStack.name);
const url = `https://127.0.0.1:${vps.ports.https}`;

/** Of the first `up`, from nothing; the others' times are held against it. */
let firstSeconds = 0;

test("one command brings a platform up that takes orders, and says what it did", async () => {
  const up = await npmRun("up", "--stack", testStack.name);
  assert.equal(up.code, 0, up.stderr);
  firstSeconds = up.seconds;
  for (const said of [
    new RegExp(`Stack ${testStack.name} is up and serves`),
    url,
    /engine +pulumi 3\./,
    /providers: docker \S+, command \S+/,
    / s {2}pulumi up/,
  ]) {
    assert.match(up.stdout, said instanceof RegExp ? said : new RegExp(said));
  }
  const client = new EdgeClient(await edgeOf(testStack.name), 5000);
  const made = await client.post("/api/orders", { customer: "e2e", item: "tea", quantity: 2 });
  assert.equal(made.status, 201);
  const { id } = made.body as { id: string };
  const read = await client.get(`/api/orders/${id}`);
  assert.deepEqual([read.status, read.body], [200, made.body]);
  client.close();
});

test("an order touches every store, a worker makes its receipt, and a signed webhook is recorded", async () => {
  const smoke = await npmRun("smoke", "--stack", testStack.name);
  assert.equal(smoke.code, 0, smoke.stdout);
  for (const store of ["mongo", "redis", "qdrant", "rabbitmq", "minio", "webhooks"])
    assert.match(smoke.stdout, new RegExp(`✓ ${store} `), store);
});

test("a second up changes nothing, in a fraction of the time", async (t) => {
  const again = await npmRun("up", "--stack", testStack.name);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /pulumi up \(unchanged\)/);
  const took = `${again.seconds.toFixed(1)} s, the first ${firstSeconds.toFixed(1)} s`;
  assert.ok(again.seconds < firstSeconds / 4, took);
  t.diagnostic(took);
});

test("status says in one screen what is up, what would be lost, and when recovery was proven", async () => {
  const point = await npmRun("point", "--stack", testStack.name);
  assert.equal(point.code, 0, point.stderr);
  const status = await npmRun("status", "--stack", testStack.name);
  assert.equal(status.code, 0, status.stderr);
  for (const said of [/mongo/, /redis/, /api/, /never/i]) assert.match(status.stdout, said);
  assert.ok(status.stdout.split("\n").length <= 50, "one screen");
});

test("the health that customers see is true readiness", async () => {
  assert.equal((await askEdge(await edgeOf(testStack.name))).status, 200);
});

const answered = z.object({
  status: z.literal("success"),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

/** What Prometheus answers to an expression: each series' labels and its value. */
async function prometheus(expression: string): Promise<{ metric: Record<string, string>; value: number }[]> {
  const ask =
    'curl --silent --show-error --fail --get --data-urlencode "query=$1" "http://$(kaleem-agent address prometheus):9090/api/v1/query"';
  const { stdout } = await hostOf(testStack.name).run(["bash", "-c", ask, "-", expression], {
    timeoutMs: 30_000,
  });
  return answered
    .parse(JSON.parse(stdout))
    .data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
}

test("Prometheus hears every part that it asks, and what MongoDB says of itself", async () => {
  const silent = "up == 0 or probe_success == 0 or kaleem_store_measured == 0";
  const tells =
    "kaleem_mongo_writable == 1 and on () mongodb_ss_uptime > 0 and on () sum(mongodb_dbstats_objects) > 0";
  // It asks every half minute, and the agent measures as often.
  for (const deadline = Date.now() + 120_000; ;) {
    const [missing, mongo] = [await prometheus(silent), await prometheus(tells)];
    if (missing.length === 0 && mongo.length === 1) break;
    if (Date.now() > deadline) assert.fail(JSON.stringify({ missing, mongo }));
    await delay(2_000);
  }
  const asked = new Set((await prometheus("up")).map(({ metric }) => metric["job"]));
  for (const job of ["api", "node-exporter", "redis-exporter", "rabbitmq", "minio", "qdrant", "alertmanager"])
    assert.ok(asked.has(job), `${job} is not among ${[...asked].join(", ")}`);
});
