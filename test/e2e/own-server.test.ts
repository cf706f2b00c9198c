import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { generateX25519Identity } from "age-encryption";
import { parseImageLock } from "../../catalog/image-lock.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import { commandsOf, Guide } from "../docs/support/guide.ts";
import { textOf } from "../docs/support/sources.ts";
import { OwnServer } from "./support/own-server.ts";

/** What the README tells whoever runs staging or prod to type: each line is run here, in its order. */
const guide = new Guide(commandsOf(textOf("README.md"), "Staging and prod"));

/** A Debian 12 over SSH on another port, a user with sudo, an own daemon.json, a container: what a user has, and the program has not made. */
let server: OwnServer;
before(async () => {
  server = await OwnServer.make("local-own");
});
after(() => (server as OwnServer | undefined)?.remove());

const target = process.arch === "arm64" ? "linux-arm64" : "linux-amd64";
/** The owner's container, and since when it has run. */
const foreign = () =>
  server.onHost("docker", "inspect", "--format", "{{.State.StartedAt}} {{.State.Running}}", "notes");
let startedAt = "";

test("state is kept in a bucket of its owner's, which the project's file then names", async () => {
  const made = await server.follow(guide.next("state --stack staging --s3"), "--yes");
  assert.equal(made.code, 0, made.stderr);
  assert.match(
    made.stdout,
    /^State of stack staging: s3:\S+; an empty state was made there; Pulumi\.yaml names it now: commit that\.$/m,
  );
  const told = await server.follow(guide.next("state --stack staging"));
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /^ {2}state {2}s3:\S+ \(chosen by Pulumi\.yaml\)$/m);
  assert.match(told.stdout, /^ {2}stack {2}has a state there$/m);
});

test("a stack file without its secrets is refused with the command that draws them; nothing is touched", async () => {
  const up = await server.run("up", "--yes");
  assert.equal(up.code, exitCodes.failed);
  assert.match(
    up.stderr,
    /Pulumi\.staging\.yaml: secrets that are missing: .*restic-password.*\n?Run: \.\/kaleem secrets init/,
  );
});

test("secrets are drawn into the committed file, encrypted", async () => {
  const drawn = await server.follow(guide.next("secrets init --stack"));
  assert.equal(drawn.code, 0, drawn.stderr);
  assert.match(drawn.stdout, /kaleem:offsite-access-key-id --stack staging$/m, "what only a person can set");
  const given = guide.next("secrets init --given");
  await server.writeGiven(given.stdin ?? "");
  const set = await server.follow(given);
  assert.equal(set.code, 0, set.stderr);
  const text = await readFile(join(server.checkout, "Pulumi.staging.yaml"), "utf8");
  assert.doesNotMatch(text, new RegExp(server.cloud.keys.secretAccessKey));
  assert.match(text, /kaleem:restic-password:\n\s+secure: v1:/);
});

test("a distribution whose restic is too old is refused with the line that brings one along; with it, a preview tells all", async () => {
  const line = guide.next("preview");
  const refused = await server.follow(line);
  assert.equal(refused.code, exitCodes.failed);
  assert.match(
    refused.stderr,
    new RegExp(
      `restic: expected 0\\.18\\.0 or later of the machine's distribution, got 0\\.14\\.0; add "restic: ${target}" to kaleem:host`,
    ),
  );
  await server.setHost("restic", target);
  const preview = await server.follow(line);
  assert.equal(preview.code, 0, preview.stderr);
  assert.match(preview.stderr, /✓ preflight of /);
  assert.match(preview.stdout, /create +services .*mongo/);
  assert.match(await server.onHost("sh", "-c", "ls /srv /usr/local/lib/kaleem 2>&1; true"), /No such file/);
  startedAt = await foreign();
  assert.match(startedAt, / true$/m);
});

test("an empty machine beside an empty bucket is no first install unless somebody says so", async () => {
  const up = await server.run("up", "--yes");
  assert.notEqual(up.code, 0);
  assert.match(up.stderr, /the data root is empty and the bucket has no head record.*--first-install/s);
});

test("up brings staging to an own server, takes a first point, and says what is not protected", async () => {
  const up = await server.follow(guide.next("up --stack staging --first-install"), "--yes");
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stderr, /create +services .*mongo/);
  assert.match(up.stderr, /✓ first point \(\S+, off-site\)/);
  assert.match(up.stdout, /Stack staging is up and serves/);
  assert.match(up.stdout, /not protected +the data file and the local repository share one disk/);
  const status = await server.follow(guide.next("status"));
  assert.equal(status.code, 0, status.stderr);
  assert.match(status.stdout, /staging: open/);
  assert.match(status.stdout, /^ {2}restic +0\.18\.1, brought along$/m);
});

test("what the owner ran there runs on, and its configuration is kept", async () => {
  assert.equal(await foreign(), startedAt);
  const merged = JSON.parse(await server.onHost("cat", "/etc/docker/daemon.json")) as Record<string, unknown>;
  assert.equal(merged["max-concurrent-downloads"], 2);
  assert.equal(merged["log-driver"], "json-file");
});

test("a recovery kit is written and printed; its public half goes into the stack's file, which is sealed to it", async () => {
  const made = await server.follow(guide.next("kit --out kit.json --print"));
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /\+ kit\.recipient: "age1/);
  assert.match(made.stdout, /^KALEEM RECOVERY KIT\n/);
  await writeFile(server.kept("kit.txt"), made.stdout, { mode: 0o600 });
  const again = await server.run("kit", "--out", server.kept("other.json"));
  assert.equal(again.code, exitCodes.usage);
  assert.match(again.stderr, /Stack staging has a recovery kit already/);
  const line = guide.next("up --stack staging");
  const up = await server.follow(line, "--yes");
  assert.equal(up.code, 0, up.stderr);
  assert.doesNotMatch(up.stdout, /seal it to a recovery kit/);
  const unchanged = await server.follow(line);
  assert.equal(unchanged.code, 0, unchanged.stderr);
  assert.match(
    unchanged.stderr,
    /pulumi up \(unchanged\)/,
    "sealed again, it is no change, and nobody is asked",
  );
});

test("the kit opens bucket, stack file and both repositories, and status tells of it", async () => {
  await server.run("point");
  const line = guide.next("kit --check");
  let checked = await server.follow(line);
  // The sealed file goes with the next shipping.
  for (const deadline = Date.now() + 120_000; checked.code !== 0 && Date.now() < deadline;)
    checked = await server.follow(line);
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  for (const what of ["bucket", "stack file", "off-site", "local", "record", "present"])
    assert.match(checked.stdout, new RegExp(`^✓ ${what} `, "m"));
  const status = await server.run("status");
  assert.match(status.stdout, /^ {2}kit +checked \d+ \S+ ago$/m);
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
    ["points", /local offsite/],
    ["smoke", /✓ order: receipt/],
    ["preview", /stack staging: unchanged/],
  ] as const) {
    const ended = await server.run(script);
    assert.equal(ended.code, 0, `${script}: ${ended.stderr}`);
    assert.match(ended.stdout, said, script);
  }
});

test("an audit looks at it over SSH and sudo alone, says what a closed port does not prove, and finds one altered program", async () => {
  const file = "/usr/local/lib/kaleem/restic";
  await server.onHost("cp", file, `${file}.kept`);
  await server.onHost("sh", "-c", `echo >> ${file}`);
  try {
    const audit = await server.run("audit", "--fast");
    assert.equal(audit.code, 1, audit.stderr);
    assert.match(audit.stdout, /^1 of \d+ findings are not as they should be\.$/m);
    assert.match(audit.stdout, /✗ restic .*0\.18\.1, brought along, other bytes than the pinned ones/);
    assert.match(audit.stdout, /✓ ports that answer from outside +80, 443, 2222/);
    assert.match(audit.stdout, /TCP ports of \S+ were tried, from this computer alone/);
  } finally {
    await server.onHost("mv", `${file}.kept`, file);
  }
});

test("an image is deployed by its reference and rolled back; one that does not run is taken back by itself", async () => {
  const refs = async (): Promise<ReadonlyMap<string, string>> => {
    const text = await readFile(join(server.checkout, "staging.lock.json"), "utf8");
    const lock = parseImageLock("staging.lock.json", text);
    return new Map(Object.entries(lock).map(([key, { ref }]) => [key, ref]));
  };
  const before = await refs();
  const refOf = (key: string) => before.get(key) ?? "";
  // The same content by another tag: for Swarm another image.
  const next = refOf("webhooks").replace(/:[^:@/]+@/, ":next@");
  const deployed = await server.run("deploy", `webhooks=${next}`, "--yes");
  assert.equal(deployed.code, 0, deployed.stderr);
  assert.match(deployed.stderr, /staging\.lock\.json: webhooks: \S+ → \S+:next@sha256:/);
  let seen = "";
  for (const deadline = Date.now() + 90_000; !/webhooks/.test(seen) && Date.now() < deadline;)
    seen = (await server.run("deployments")).stdout;
  assert.match(seen, /webhooks.*:next/, "the host has seen it by itself");

  const back = await server.run("rollback", "--yes");
  assert.equal(back.code, 0, back.stderr);
  for (const step of ["switch", "deploy", "data", "metrics", "notify", "health"])
    assert.match(back.stderr, new RegExp(`✓ ${step}: `));
  assert.deepEqual(await refs(), before);
  const samples = await server.onHost("cat", "/var/lib/prometheus/node-exporter/kaleem-deployments.prom");
  assert.match(samples, /^rollback_total\{[^}]*reason="operator",service="platform"\} 1$/m);

  const broken = await server.run("deploy", `webhooks=${refOf("redis")}`, "--yes");
  assert.notEqual(broken.code, 0);
  assert.match(broken.stderr, /webhooks/);
  assert.match(broken.stderr, /staging\.lock\.json: as before/);
  assert.deepEqual(await refs(), before);
  const unchanged = await server.run("up", "--yes");
  assert.equal(unchanged.code, 0, unchanged.stderr);
});

test("a machine that another state manages is refused before anything is touched", async () => {
  const state = join(server.checkout, "other-state");
  await mkdir(state);
  const other = await server.run("up", "--yes", { PULUMI_BACKEND_URL: `file://${state}` });
  assert.notEqual(other.code, 0);
  assert.match(other.stderr, /state: this machine is managed by s3:.*--take-state/);
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

test("a lost machine: recover rebuilds the platform on another one from the kit alone, with its data, and opens it", async (t) => {
  const placed = await server.run("smoke");
  const [, order = ""] = /order +\d+ ms +(\S+) acknowledged/.exec(placed.stdout) ?? [];
  assert.notEqual(await server.archived(order), null, "there is something to lose");
  const point = await server.run("point");
  assert.equal(point.code, 0, point.stderr);
  await server.untilOffsite(/point (\S+):/.exec(point.stdout)?.[1] ?? "");
  const { address, hostKey } = await server.lose();
  const dead = await server.run("status");
  assert.equal(dead.code, exitCodes.hostUnreachable);

  await server.forget();
  const told = ["--kit", server.kept("kit.txt"), "--host", `deploy@${address}`, "--port", "2222"];
  const unattended = await server.run("recover", ...told, "--yes");
  assert.notEqual(unattended.code, 0);
  assert.match(
    unattended.stderr,
    /^The recovery kit opens the file of stack staging\.$/m,
    "typed from paper, it opens",
  );
  assert.match(unattended.stderr, /the host key SHA256:\S+ was not agreed to; nothing was changed/);

  const kit = JSON.parse(await readFile(join(server.checkout, "kit.json"), "utf8")) as Record<string, string>;
  await writeFile(
    server.kept("other.json"),
    JSON.stringify({ ...kit, passphrase: await generateX25519Identity() }),
  );
  const other = await server.run(
    "recover",
    ...told.with(1, server.kept("other.json")),
    "--host-key",
    hostKey,
    "--yes",
  );
  assert.equal(other.code, exitCodes.wrongPassword);
  assert.match(other.stderr, /passphrase does not open s3:\S+: the file is sealed to another kit/);
  assert.equal(existsSync(join(server.checkout, "Pulumi.staging.yaml")), false, "nothing is half done");

  const recover = await server.follow(guide.next("recover"), "--host-key", hostKey, "--yes");
  assert.equal(recover.code, 0, recover.stderr);
  assert.match(recover.stderr, /kept as staging-lost-\d{8}t\d{6}, in \S+ and in the bucket: /);
  assert.match(recover.stderr, /\+ the settings of the lost stack: .*offsite/);
  assert.match(
    recover.stderr,
    new RegExp(`- host\\.restic: "${target}"`),
    "Debian 13 has one that is new enough",
  );
  assert.match(recover.stderr, /✓ fetch \(beside the rest, [\d.]+ s in all\)/);
  t.diagnostic(`recover took ${recover.seconds.toFixed(1)} s`);
  assert.notEqual(await server.archived(order), null, "the order is there");
  const smoke = await server.run("smoke");
  assert.equal(smoke.code, 0, smoke.stdout);
  assert.match(
    (await server.run("status")).stdout,
    /^ {2}restic +0\.(1[89]|[2-9]\d)\S*, the distribution's$/m,
  );
  // The key is pinned by now: nobody has to give it again, and nothing is done twice.
  const second = await server.run("recover", ...told, "--yes");
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /pulumi up \(unchanged\)/);
  assert.match(second.stdout, /There was nothing to restore/);
  assert.doesNotMatch(second.stderr, /kept as/);
});

test("no line of the README's production part was left out", () => {
  assert.deepEqual(guide.left(), []);
});
