import assert from "node:assert/strict";
import { test } from "node:test";
import { ordersDuring } from "../../bench/orders-during.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import { EdgeClient } from "../../recovery/business/edge-client.ts";
import { orderCheck } from "./support/order-check.ts";
import { edgeOf, hostOf, npmRun, testStack } from "./support/test-stack.ts";

const stack = testStack.name;
const host = hostOf(stack);
const edge = await edgeOf(stack);
const client = new EdgeClient(edge, 20_000);

/** Since when each of these services' tasks has run. */
async function tasksOf(...services: readonly string[]): Promise<string> {
  const script = `for name; do docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps --quiet --filter label=com.docker.swarm.service.name=$name); done`;
  return (await host.run(["bash", "-c", script, "bash", ...services], { timeoutMs: 30_000 })).stdout;
}

async function order(item: string): Promise<string> {
  const answer = await client.post("/api/orders", { customer: "e2e", item, quantity: 1 });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return (answer.body as { id: string }).id;
}

const inStore = async (id: string, store: string): Promise<number> =>
  (await client.get(`/api/orders/${id}/kept/${store}`)).status;

test("one store goes back to a point while the others serve, and comes back by undo", async () => {
  const kept = await order("before the point");
  const point = await npmRun("point", "--stack", stack, "--json");
  assert.equal(point.code, 0, point.stderr);
  const { point: id } = JSON.parse(point.stdout.slice(point.stdout.indexOf("{"))) as { point: string };
  const lost = await order("after the point");
  const others = await tasksOf("mongo", "qdrant", "rabbitmq", "minio", "nginx");

  const { result: restored, written } = await ordersDuring(edge, await orderCheck(), 5, () =>
    npmRun("restore", "--stack", stack, "--service", "redis", "--at", id, "--yes"),
  );
  assert.equal(restored.code, 0, restored.stdout + restored.stderr);
  console.log(
    `one store: ${restored.seconds.toFixed(0)} s, ${written.sent} orders sent, ${written.acknowledged} acknowledged, longest time without ` +
      `${written.largestGapMs.toFixed(0)} ms, causes ${JSON.stringify(written.causes)}`,
  );
  assert.ok(written.acknowledged > 0, "orders are taken before and after it");
  assert.deepEqual(await tasksOf("mongo", "qdrant", "rabbitmq", "minio", "nginx"), others);
  assert.equal(await inStore(kept, "redis"), 200);
  assert.equal(await inStore(lost, "redis"), 404, "what came after the point is gone from it");
  assert.equal(await inStore(lost, "mongo"), 200, "and from no other");

  const undone = await npmRun("restore", "--stack", stack, "--undo", "--yes");
  assert.equal(undone.code, 0, undone.stdout + undone.stderr);
  assert.equal(await inStore(lost, "redis"), 200);
});

test("what would restore nothing, or something else than was meant, is refused and changes nothing", async () => {
  const before = await tasksOf("redis");
  for (const [args, said] of [
    [
      ["--service", "nginx", "--yes"],
      /expected a store, got "nginx"\. The stores here are .*\. Nothing was changed\./,
    ],
    [["--service", "redis"], /nobody is here to agree/],
    [
      ["--service", "redis", "--at", "2020-01-01T00:00Z", "--yes"],
      /no recovery point before 2020-01-01T00:00Z/,
    ],
  ] as const) {
    const refused = await npmRun("restore", "--stack", stack, ...args);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr + refused.stdout, said);
  }
  assert.equal(await tasksOf("redis"), before);
});

test("every store is dumped in its portable form, here and off-site", async () => {
  const taken = await npmRun("dump", "--stack", stack);
  assert.equal(taken.code, 0, taken.stderr);
  const sources = ["mongo", "redis", "qdrant", "rabbitmq", "minio", "configs"];
  for (const source of sources) assert.match(taken.stdout, new RegExp(`^${source}: \\S+-${source}, `, "m"));
  let listed = "";
  const everywhere = (): boolean =>
    sources.every((source) => new RegExp(`-${source} .*off-site`).test(listed));
  for (const deadline = Date.now() + 120_000; !everywhere() && Date.now() < deadline;)
    listed = (await npmRun("dumps", "--stack", stack)).stdout;
  assert.ok(everywhere(), listed);
});

test("one collection comes back from a dump, and nothing else of the platform changes", async () => {
  const restore = (...args: readonly string[]): ReturnType<typeof npmRun> =>
    npmRun("restore", "--stack", stack, "--service", "mongo", "--yes", ...args);
  const misspelt = await restore("--only", "kaleem.ordrs");
  assert.equal(misspelt.code, exitCodes.noData, misspelt.stderr);
  assert.match(misspelt.stderr, /has no kaleem\.ordrs; is kaleem\.orders meant\?/);

  const kept = await order("before the dump");
  const taken = await npmRun("dump", "--stack", stack, "--json");
  assert.equal(taken.code, 0, taken.stderr);
  const lost = await order("after the dump");
  const restored = await restore("--only", "kaleem.orders");
  assert.equal(restored.code, 0, restored.stdout + restored.stderr);
  assert.match(restored.stdout, /The platform serves\./);
  assert.match(
    restored.stdout,
    /^To take it back: \.\/kaleem restore --stack \S+ --service mongo --at \S+$/m,
  );
  assert.equal(await inStore(kept, "mongo"), 200);
  assert.equal(await inStore(lost, "mongo"), 404, "what came after the dump is gone from it");
  assert.equal(await inStore(lost, "redis"), 200, "and from no other");
});
