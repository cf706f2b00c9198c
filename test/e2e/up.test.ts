import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeOf, instanceOf, npmRun, testStack } from "./support/test-stack.ts";
import { askEdge } from "../../operator/deploy/await-edge.ts";
import { EdgeClient } from "../../recovery/business/edge-client.ts";

const { machine } = instanceOf(testStack.name);
const url = `https://127.0.0.1:${machine.ports.https}`;

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
  for (const step of ["mongo", "redis", "qdrant", "receipt"])
    assert.match(smoke.stdout, new RegExp(`✓ order: ${step} `), step);
  assert.match(smoke.stdout, /✓ webhook: recorded /);
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
