import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exitCodes } from "../../contract/exit-codes.ts";
import { OwnServer } from "./support/own-server.ts";

/** A server over SSH on another port, a user with sudo, an own daemon.json: what a user has, and the program has not made. */
let server: OwnServer;
before(async () => {
  server = await OwnServer.make("local-own");
});
after(() => server.remove());

test("a stack file without its secrets is refused with the command that draws them; nothing is touched", async () => {
  const up = await server.run("up", "--yes");
  assert.equal(up.code, exitCodes.failed);
  assert.match(
    up.stderr,
    /Pulumi\.staging\.yaml: secrets that are missing: .*restic-password.*\n?Run: npm run secrets -- init/,
  );
});

test("secrets are drawn into the committed file, encrypted", async () => {
  const { accessKeyId, secretAccessKey } = server.cloud.keys;
  const given = { "offsite-access-key-id": accessKeyId, "offsite-secret-access-key": secretAccessKey };
  const drawn = await server.run("secrets", "init");
  assert.equal(drawn.code, 0, drawn.stderr);
  const set = await server.given(given);
  assert.equal(set.code, 0, set.stderr);
  const text = await readFile(join(server.checkout, "Pulumi.staging.yaml"), "utf8");
  assert.doesNotMatch(text, new RegExp(secretAccessKey));
  assert.match(text, /kaleem:restic-password:\n\s+secure: v1:/);
});

test("an empty machine beside an empty bucket is no first install unless somebody says so", async () => {
  const up = await server.run("up", "--yes");
  assert.notEqual(up.code, 0);
  assert.match(up.stderr, /the data root is empty and the bucket has no head record.*--first-install/s);
});

test("up brings staging to an own server, takes a first point, and says what is not protected", async () => {
  const up = await server.run("up", "--yes", "--first-install");
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stderr, /✓ preflight of /);
  assert.match(up.stderr, /create +services .*mongo/);
  assert.match(up.stderr, /✓ first point \(\S+, off-site\)/);
  assert.match(up.stdout, /Stack staging is up and serves/);
  assert.match(up.stdout, /not protected +the data file and the local repository share one disk/);
});

test("unchanged, without a question", async () => {
  const again = await server.run("up");
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stderr, /pulumi up \(unchanged\)/);
});

test("a plain pulumi up finds nothing to do either, and nothing is next", async () => {
  const plain = await server.pulumi("up", "--yes");
  assert.equal(plain.code, 0, plain.stdout + plain.stderr);
  assert.match(plain.stdout, /^ +\d+ unchanged$/m);
  assert.doesNotMatch(plain.stdout, /^ +(\+|-|~|\+-) *\d+ /m);
  const told = await server.pulumi("stack", "output", "--json");
  assert.equal(told.code, 0, told.stderr);
  const { outputs } = JSON.parse(told.stdout) as { outputs: { next?: string | null; closed: boolean } };
  assert.deepEqual([outputs.next ?? null, outputs.closed], [null, false]);
});

test("every command of every day serves it", async () => {
  for (const [script, said] of [
    ["status", /staging: open/],
    ["points", /local offsite/],
    ["smoke", /✓ minio/],
    ["preview", /stack staging: unchanged/],
  ] as const) {
    const ended = await server.run(script);
    assert.equal(ended.code, 0, `${script}: ${ended.stderr}`);
    assert.match(ended.stdout, said, script);
  }
});

test("a machine that another state manages is refused before anything is touched", async () => {
  const state = join(server.checkout, "other-state");
  await mkdir(state);
  const other = await server.run("up", "--yes", { PULUMI_BACKEND_URL: `file://${state}` });
  assert.notEqual(other.code, 0);
  assert.match(other.stderr, /state: this machine is managed by file:.*--take-state/);
});

test("a host of another stack is refused by name", async () => {
  const file = join(server.checkout, "Pulumi.prod.yaml");
  const staging = await readFile(join(server.checkout, "Pulumi.staging.yaml"), "utf8");
  const before = await readFile(file, "utf8");
  await writeFile(file, staging);
  try {
    const up = await server.runAs("prod", "up", "--yes");
    assert.notEqual(up.code, 0);
    assert.match(up.stderr, /machine: it runs stack staging, not prod/);
  } finally {
    await writeFile(file, before);
  }
});

test("a lost machine: recover rebuilds the platform on another one, with its data, and opens it", async (t) => {
  const placed = await server.run("smoke");
  const [, order = ""] = /order (\S+) acknowledged/.exec(placed.stdout) ?? [];
  assert.match(await server.whereIs(order), /mongo/, "there is something to lose");
  const point = await server.run("point");
  assert.equal(point.code, 0, point.stderr);
  await server.untilOffsite(/point (\S+):/.exec(point.stdout)?.[1] ?? "");
  const { address, hostKey } = await server.lose();
  const dead = await server.run("status");
  assert.equal(dead.code, exitCodes.hostUnreachable);

  const told = ["--host", `deploy@${address}`, "--port", "2222"];
  const unattended = await server.run("recover", ...told, "--yes");
  assert.notEqual(unattended.code, 0);
  assert.match(unattended.stderr, /the host key SHA256:\S+ was not agreed to; nothing was changed/);

  const recover = await server.run("recover", ...told, "--host-key", hostKey, "--yes");
  assert.equal(recover.code, 0, recover.stderr);
  assert.match(recover.stderr, /kept as staging-lost-\d{8}t\d{4}/);
  assert.match(recover.stderr, /✓ fetch \(beside the rest, [\d.]+ s in all\)/);
  t.diagnostic(`recover took ${recover.seconds.toFixed(1)} s`);
  assert.match(await server.whereIs(order), /mongo/, "the order is there");
  const smoke = await server.run("smoke");
  assert.equal(smoke.code, 0, smoke.stdout);
  const again = await server.run("up");
  assert.match(again.stderr, /pulumi up \(unchanged\)/);
  // The key is pinned by now: nobody has to give it again, and nothing is done twice.
  const second = await server.run("recover", ...told, "--yes");
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /There was nothing to restore/);
  assert.doesNotMatch(second.stderr, /kept as/);
});
