import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "node:test";
import { loginName } from "../../catalog/login-name.ts";
import { MongoClient } from "mongodb";
import { askEdge } from "../../operator/deploy/await-edge.ts";
import { readLedger } from "../../recovery/business/ledger-file.ts";
import { CheckWriter } from "../../recovery/business/check-writer.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import { AgentHost } from "./support/agent-host.ts";
import { craftPoint } from "./support/craft-point.ts";
import { orderCheck } from "./support/order-check.ts";
import { stackSecrets } from "./support/stack-secrets.ts";
import { edgeOf, hostOf, npmRun, testStack, type Ended } from "./support/test-stack.ts";
import { throughTunnel } from "./support/tunnel.ts";

const stack = testStack.rebuilt;
const host = hostOf(stack);
const edge = await edgeOf(stack);

const restore = (...args: string[]): Promise<Ended> => npmRun("restore", "--stack", stack, ...args);

/** The end of a red restore: its exit code, the cause in words, and a platform that stays as the restore found it, or closed. */
function assertRed(ended: Ended, code: number, cause: RegExp): void {
  assert.match(ended.stdout + ended.stderr, cause);
  assert.equal(ended.code, code);
}

test("refuses to restore over live data that nobody said may go", async () => {
  assertRed(
    await restore("--at", "latest"),
    exitCodes.alreadyFounded,
    /the data root holds live data .* To replace it, add --over-existing; a safety point is taken first/,
  );
  assert.equal((await askEdge(edge)).status, 200);
});

test("says that there is no point before a time, and names the oldest", async () => {
  assertRed(
    await restore("--at", "2020-01-01T00:00Z", "--over-existing"),
    exitCodes.noPoint,
    /no recovery point .*the oldest is/,
  );
});

test("refuses a wrong repository password, and changes nothing", async () => {
  const file = "/etc/kaleem/secrets/restic-password";
  const spoil = `cp -p ${file} ${file}.right && echo wrong-password-entirely > ${file}`;
  await host.run(["bash", "-c", spoil]);
  try {
    assertRed(
      await restore("--over-existing", "--from", "local"),
      exitCodes.wrongPassword,
      /refuses this stack's restic password/,
    );
  } finally {
    await host.run(["mv", `${file}.right`, file]);
  }
  assert.equal((await askEdge(edge)).status, 200);
});

test("red: a point without its Mongo files, with the directory named; live data is untouched", async () => {
  const id = "20991231T235901Z-aaaa";
  await craftPoint(host, { id, spoil: "find files/mongo -type f -delete" });
  assertRed(
    await restore("--at", id, "--over-existing", "--from", "local"),
    exitCodes.pointRefused,
    /stores\.mongo\.directories\.mongo\.files: the manifest says \d+, the point holds 0/,
  );
});

test("red: a point whose manifest was edited, with the field named", async () => {
  const id = "20991231T235902Z-bbbb";
  await craftPoint(host, {
    id,
    spoil: `sed -i -E 's/"generation": ?[0-9]+/"generation": 77/' manifest.json`,
  });
  assertRed(
    await restore("--at", id, "--over-existing", "--from", "local", "--from-scratch"),
    exitCodes.pointRefused,
    /generation: the manifest says 77/,
  );
});

test("red: a point of another lineage", async () => {
  const id = "20991231T235903Z-cccc";
  await craftPoint(host, { id, lineage: "somebody-else" });
  assertRed(
    await restore("--at", id, "--over-existing", "--from", "local", "--from-scratch"),
    exitCodes.otherLineage,
    /lineage somebody-else/,
  );
});

test("a second restore while one runs is refused; the first brings everything back", async () => {
  const first = restore("--over-existing", "--from-scratch");
  await awaitRestore();
  assertRed(
    await restore("--over-existing"),
    exitCodes.busy,
    /another operation is under way on \S+: restore by \S+ \(pid \d+\), since/,
  );
  const ended = await first;
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assert.equal((await askEdge(edge)).status, 200);
});

test("red: data that is not what its proof says, named, and closed until a person accepts it by that name", async () => {
  const ledgerFile = join(await mkdtemp(join(tmpdir(), "kaleem-ledger-")), "ledger.jsonl");
  const writer = await CheckWriter.start({
    target: edge,
    check: await orderCheck(),
    ledgerFile,
    ratePerSecond: 20,
  });
  await wait(2000);
  await writer.stop();
  const { entries } = await readLedger(ledgerFile);
  const victim = entries[Math.floor(entries.length / 2)];
  assert.ok(victim !== undefined, "orders were acknowledged");
  const proven = await takePoint();
  // A proof gives way to a shipping.
  await new AgentHost(host).untilShipIsIdle();
  await host.run(["kaleem-agent", "prove"], { timeoutMs: 300_000 });
  await editOrder(victim.id);
  const altered = await takePoint();
  // As if the point had been altered after it was proven: one document of many, and neither their number nor their size.
  const proofs = "/var/lib/kaleem/agent/proofs";
  await host.run([
    "bash",
    "-c",
    `sed "s/${proven}/${altered}/" ${proofs}/${proven}.json >${proofs}/${altered}.json`,
  ]);

  const documents = "mongo: documents: database/kaleem/collection/orders/documents";
  const red = await restore("--over-existing", "--at", altered);
  assertRed(
    red,
    exitCodes.verifyFailed,
    new RegExp(
      `${documents}: \\d+, as expected, with other content.*; to accept it: --accept "${documents}"`,
    ),
  );
  assert.equal((await askEdge(edge)).status, 503);

  const misspelt = await restore("--over-existing", "--at", altered, "--accept", "mongo: document");
  assertRed(misspelt, exitCodes.verifyFailed, /--accept "mongo: document": nothing was found by that name/);
  assert.equal((await askEdge(edge)).status, 503);

  const good = await restore("--over-existing", "--at", altered, ...flagsIn(red));
  assert.equal(good.code, 0, good.stdout + good.stderr);
  assert.match(good.stdout, /RESTORED, with \d+ findings? accepted, open after/);
  assert.equal((await askEdge(edge)).status, 200);
});

test("a point that nobody has proven is proven by its restore, and known from then on", async () => {
  const point = await takePoint();
  const unproven = await restore("--over-existing", "--at", point, "--without-proof");
  assert.equal(unproven.code, 0, unproven.stdout + unproven.stderr);
  assert.match(
    unproven.stdout,
    /RESTORED, without comparing what the stores hold with the point, open after/,
  );
  const good = await restore("--over-existing", "--at", point);
  assert.equal(good.code, 0, good.stdout + good.stderr);
  assert.match(good.stdout, /RESTORED AND VERIFIED, open after/);
  const { stdout } = await host.run(["kaleem-agent", "points"], { timeoutMs: 60_000 });
  const { points } = JSON.parse(stdout) as { points: { id: string; proof: string | null }[] };
  assert.equal(points.find(({ id }) => id === point)?.proof, "proven");
});

/** Takes one; its id. */
async function takePoint(): Promise<string> {
  const { stdout } = await host.run(["kaleem-agent", "point"], { timeoutMs: 120_000 });
  return (JSON.parse(stdout) as { point: string }).point;
}

/** The flags that a red verdict has printed. */
function flagsIn({ stdout }: Ended): string[] {
  const names = [...stdout.matchAll(/to accept it: --accept "([^"]+)"/g)].map(([, name = ""]) => name);
  return [...new Set(names)].flatMap((name) => ["--accept", name]);
}

/** Waits until the host's agent holds the restore's lock. */
async function awaitRestore(): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const { stdout } = await host.run(["kaleem-agent", "status"], { timeoutMs: 30_000 });
    const { restore: state } = JSON.parse(stdout) as { restore: { running: boolean } };
    if (state.running) return;
    await wait(200);
  }
  assert.fail("the restore did not begin within 30 s");
}

async function editOrder(id: string): Promise<void> {
  const password = (await stackSecrets(stack)).get("kaleem:mongo-app-password") ?? "";
  await throughTunnel(host, "mongo", 27017, async (port) => {
    const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, {
      directConnection: true,
      retryWrites: false,
      auth: { username: loginName("app", password), password },
      authSource: "admin",
    });
    try {
      const orders = client.db("kaleem").collection<{ _id: string }>("orders");
      const { modifiedCount } = await orders.updateOne({ _id: id }, { $set: { quantity: 9999 } });
      assert.equal(modifiedCount, 1);
    } finally {
      await client.close();
    }
  });
}
