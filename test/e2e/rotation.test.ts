import assert from "node:assert/strict";
import { test } from "node:test";
import { ordersDuring } from "../../bench/orders-during.ts";
import { EdgeClient } from "../../recovery/business/edge-client.ts";
import { faultsIn } from "../../recovery/business/read-back.ts";
import type { WriteStatistics } from "../../recovery/business/write-statistics.ts";
import { layout } from "../../contract/layout.ts";
import { assertNoneTurnedAway } from "./support/none-turned-away.ts";
import { orderCheck } from "./support/order-check.ts";
import { stackSecrets } from "./support/stack-secrets.ts";
import { edgeOf, hostOf, npmRun, testStack } from "./support/test-stack.ts";

const stack = testStack.name;
const host = hostOf(stack);
const edge = await edgeOf(stack);
const check = await orderCheck();
/** How long an order waits in the API for a store that is stopped and started. */
const patienceMs = 15_000;
/** Of such a store: seconds on an idle machine, more on a busy one. */
const outageLimitMs = 60_000;

interface Rotated {
  readonly written: WriteStatistics;
  readonly former: string;
  readonly present: string;
}

/** Rotates a secret while orders come in, and sees that none that was acknowledged is missing or altered afterwards. */
async function rotateUnderOrders(name: string): Promise<Rotated> {
  const value = async (): Promise<string> => (await stackSecrets(stack)).get(`kaleem:${name}`) ?? "";
  const former = await value();
  const {
    result: ended,
    written,
    read,
  } = await ordersDuring(edge, check, 20, () => npmRun("secrets", "rotate", name, "--stack", stack));
  console.log(
    `rotation of ${name}: ${ended.seconds.toFixed(0)} s, ${written.sent} orders sent, ${written.acknowledged} acknowledged, ` +
      `longest time without ${written.largestGapMs.toFixed(0)} ms, causes ${JSON.stringify(written.causes)}`,
  );
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assert.deepEqual(faultsIn(read), { missing: 0, altered: 0, unanswered: 0 });
  const present = await value();
  assert.notEqual(present, former);
  return { written, former, present };
}

async function accepts(store: string, secret: string, ...passwords: string[]): Promise<unknown> {
  const options = { stdin: JSON.stringify(passwords), timeoutMs: 60_000 };
  const { stdout } = await host.run([layout.agentCommand, "try-login", store, secret], options);
  return (JSON.parse(stdout) as { accepted: unknown }).accepted;
}

test("a point that is older than a rotation restores into the present secrets; live rotations fail no order", async () => {
  const client = new EdgeClient(edge, 10_000);
  const order = await client.post("/api/orders", {
    customer: "e2e",
    item: "before the rotation",
    quantity: 1,
  });
  assert.equal(order.status, 201);
  const { id } = order.body as { id: string };
  const taken = await npmRun("point", "--stack", stack, "--json");
  const { point } = JSON.parse(taken.stdout.slice(taken.stdout.indexOf("{"))) as { point: string };

  const rotated = new Map<string, Rotated>();
  // Nearly two minutes each: one that applications only read and write by, and one whose former login's connections are closed.
  for (const store of ["mongo", "rabbitmq"]) {
    const rotation = await rotateUnderOrders(`${store}-app-password`);
    assertNoneTurnedAway(rotation.written);
    rotated.set(store, rotation);
  }

  const restored = await npmRun("restore", "--stack", stack, "--at", point, "--over-existing");
  assert.equal(restored.code, 0, restored.stdout + restored.stderr);
  for (const [store, { present, former }] of rotated)
    assert.deepEqual(await accepts(store, "app-password", present, former), [true, false], store);
  const found = await client.get(`/api/orders/${id}`);
  assert.deepEqual([found.status, found.body], [200, order.body]);
  const next = await client.post("/api/orders", {
    customer: "e2e",
    item: "after the restore",
    quantity: 1,
  });
  assert.equal(next.status, 201);
  client.close();
});

test("the repositories' password changes, and the former one opens neither", async () => {
  const former = (await stackSecrets(stack)).get("kaleem:restic-password") ?? "";
  const ended = await npmRun("secrets", "rotate", "restic-password", "--stack", stack);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  console.log(`rotation of restic-password: ${ended.seconds.toFixed(0)} s`);
  const open =
    'umask 077; cat > /run/kaleem/former; restic --repo "$1" --password-file /run/kaleem/former --no-cache cat config; code=$?; rm /run/kaleem/former; exit $code';
  await assert.rejects(
    host.run(["bash", "-c", open, "-", layout.repository], { stdin: former, timeoutMs: 60_000 }),
    /wrong password|no key found/,
  );
  const points = await npmRun("points", "--stack", stack);
  assert.equal(points.code, 0, points.stderr);
});

test("mongo-root-password: the store restarts once, orders wait for it, and none that was acknowledged is lost", async (t) => {
  const { written } = await rotateUnderOrders("mongo-root-password");
  assert.ok(written.largestGapMs < outageLimitMs, `no order was taken for ${written.largestGapMs} ms`);
  if (written.largestGapMs < patienceMs) assertNoneTurnedAway(written);
  else t.diagnostic("the store was away for longer than orders wait");
});
