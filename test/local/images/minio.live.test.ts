import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loginName } from "../../../catalog/login-name.ts";
import { adminEnvelope } from "../../../catalog/minio/admin-envelope.ts";
import { minio } from "../../../catalog/minio/minio.ts";
import { minioRecovery as recovery } from "../../../catalog/minio/recovery.ts";
import { signedCalls, type SignedCalls } from "../../../catalog/minio/signed-calls.ts";
import { sampleGrants } from "../../catalog/sample-catalog.ts";
import { LocalCommandError } from "../../../local/images/command.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { minioImage } from "../../../local/images/minio/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { ReflinkCopy } from "../../../recovery/point/reflink-copy.ts";
import { makeXfs, type XfsFixture } from "../../recovery/point/xfs-fixture.ts";

const secrets = { "root-password": "Root_Password-0123456789", "app-password": "App_Password-0123456789" };
const network = `kaleem-test-${randomUUID()}`;
const started: string[] = [];
const secretsOf = new Map<string, string>();
let image = "";
let xfs: XfsFixture;

before(async () => {
  image = (await localImage(minioImage, silentProgress)).reference;
  xfs = makeXfs();
  await docker(["network", "create", network]);
});
after(async () => {
  for (const id of started) await docker(["rm", "--force", id]);
  await docker(["network", "rm", network]);
  xfs.remove();
});

/** The applications' one user, as data has it that was made before there was a login for each password. */
async function oldUser(id: string, call: SignedCalls, rootPassword: string): Promise<SignedCalls> {
  const password = "Oldest_App_Password-0123456789";
  const body = adminEnvelope(rootPassword, JSON.stringify({ secretKey: password, status: "enabled" }));
  await call("/minio/admin/v3/add-user?accessKey=app", { method: "PUT", body });
  const policy = "policyName=app&userOrGroup=app&isGroup=false";
  await call(`/minio/admin/v3/set-user-or-group-policy?${policy}`, { method: "PUT" });
  return signedCalls({ endpoint: `http://${await host(id)}:9000`, user: "app", password });
}

/** The service as Swarm runs it, over a directory of the XFS: own files read-only, no capability, secrets as files. */
async function start(directory: string, wanted: Readonly<Record<string, string>> = secrets): Promise<string> {
  const folder = mkdtempSync(path.join(xfs.root, "secrets-"));
  chmodSync(folder, 0o755);
  for (const [name, content] of Object.entries(wanted)) writeSecret(path.join(folder, name), content);
  const mounts = [
    `${path.join(xfs.root, directory)}:/data`,
    `${folder}:/run/secrets:ro`,
    ...Object.entries(minio.files ?? {}).map(([target, source]) => `${fileURLToPath(source)}:${target}:ro`),
  ];
  const id = await docker([
    ...["run", "--detach", "--init", "--network", network, "--user", minio.user, "--read-only"],
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...Object.keys(minio.scratch ?? {}).flatMap((target) => ["--tmpfs", `${target}:size=16m`]),
    ...Object.entries(minio.env ?? {}).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...mounts.flatMap((mount) => ["--volume", mount]),
    ...[image, ...(minio.args ?? [])],
  ]);
  started.push(id);
  secretsOf.set(id, folder);
  return id;
}

function writeSecret(file: string, content: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, content, { mode: 0o400 });
  chownSync(file, 1000, 1000);
}

async function isHealthy(id: string): Promise<boolean> {
  try {
    await docker(["exec", id, ...minio.health.argv]);
    return true;
  } catch (error) {
    if (error instanceof LocalCommandError) return false;
    throw error;
  }
}

async function startHealthy(directory: string, wanted = secrets): Promise<string> {
  const id = await start(directory, wanted);
  const deadline = Date.now() + 30_000;
  while (!(await isHealthy(id))) {
    if (Date.now() > deadline) throw new Error(await docker(["logs", id]));
    await delay(100);
  }
  return id;
}

async function host(id: string): Promise<string> {
  return docker(["inspect", "--format", `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, id]);
}

async function withClient<T>(
  id: string,
  use: (client: Awaited<ReturnType<typeof recovery.connect>>) => Promise<T>,
  wanted: Readonly<Record<string, string>> = secrets,
): Promise<T> {
  const client = await recovery.connect({ host: await host(id), secrets: wanted, grants: sampleGrants });
  try {
    return await use(client);
  } finally {
    await recovery.close(client);
  }
}

async function application(id: string, password = secrets["app-password"]): Promise<SignedCalls> {
  const user = loginName("app", password);
  return signedCalls({ endpoint: `http://${await host(id)}:9000`, user, password });
}

async function accepts(id: string, secret: keyof typeof secrets, password: string): Promise<unknown> {
  return recovery.accepts?.({ host: await host(id), secrets: {} }, secret, password);
}

/** How many buckets, and how many objects the applications' one holds; it lists at most a thousand. */
async function held({
  call,
}: {
  readonly call: SignedCalls;
}): Promise<{ buckets: number; receipts: number }> {
  const count = async (path: string, what: string): Promise<number> =>
    ((await call(path)) ?? "").split(`<${what}>`).length - 1;
  return { buckets: await count("/", "Bucket"), receipts: await count("/receipts?list-type=2", "Contents") };
}

function directory(name: string): string {
  mkdirSync(path.join(xfs.root, name), { mode: 0o700 });
  chownSync(path.join(xfs.root, name), 1000, 1000);
  return name;
}

test("is set up twice with the same end, and takes the right password only", async () => {
  const id = await startHealthy(directory("data"));
  await withClient(id, async (client) => {
    await recovery.setup(client);
    await recovery.setup(client);
    assert.deepEqual(await held(client), { buckets: 2, receipts: 0 });
    assert.match(await recovery.version(client), /^20\d\d(\.\d+){5}$/);
    assert.equal(await recovery.canary.read(client), null);
    await recovery.canary.write(client, "mark-1");
    assert.equal(await recovery.canary.read(client), "mark-1");
  });
  await assert.rejects(
    withClient(id, () => assert.fail("connected"), { ...secrets, "root-password": "wrong-password" }),
    /^Error: minio: GET \/ as root: SignatureDoesNotMatch$/,
  );
});

test("no password is on a command line or in what Docker shows, and metrics tell no object's name", async () => {
  const [id = ""] = started;
  const shown = (await docker(["top", id, "-eo", "pid,args"])) + (await docker(["inspect", id]));
  for (const secret of Object.values(secrets)) assert.ok(!shown.includes(secret));
  const metrics = await fetch(`http://${await host(id)}:9000${minio.metrics?.path ?? ""}`);
  assert.equal(metrics.status, 200);
  const text = await metrics.text();
  assert.match(text, /^minio_cluster_capacity_raw_total_bytes/m);
  assert.ok(!text.includes("canary/") && !text.includes("mark-1"));
});

test("the application may put, get and list receipts, and nothing else", async () => {
  const [id = ""] = started;
  const app = await application(id);
  const order = { id: "o1", customer: "c", item: "i", quantity: 1, createdAt: "2026-11-21T12:00:00.000Z" };
  await app("/receipts/orders/o1.json", { method: "PUT", body: JSON.stringify(order) });
  assert.deepEqual(JSON.parse((await app("/receipts/orders/o1.json")) ?? ""), order);
  assert.match((await app("/receipts?list-type=2")) ?? "", /<Key>orders\/o1\.json</);
  const endpoint = `http://${await host(id)}:9000`;
  const { AwsClient } = await import("aws4fetch");
  const own = secrets["app-password"];
  const login = loginName("app", own);
  const raw = new AwsClient({ accessKeyId: login, secretAccessKey: own, service: "s3", region: "us-east-1" }); // prettier-ignore
  const refused: readonly [string, string][] = [
    ["DELETE", "/receipts/orders/o1.json"],
    ["PUT", "/canary/canary"],
    ["GET", "/canary/canary"],
    ["PUT", "/another"],
    ["DELETE", "/receipts"],
    ["GET", "/minio/admin/v3/info"],
    ["GET", "/minio/admin/v3/list-users"],
    ["GET", "/minio/admin/v3/group?group=applications"],
  ];
  for (const [method, place] of refused) {
    const response = await raw.fetch(`${endpoint}${place}`, { method });
    assert.equal(response.status, 403, `${method} ${place}: ${await response.text()}`);
  }
  // Every user may do these for itself unless it is denied.
  const self: readonly [string, unknown][] = [
    [`add-user?accessKey=${login}`, { secretKey: "Another_Password-0123", status: "enabled" }],
    ["add-service-account", { accessKey: "derived-key", secretKey: "Another_Password-0123" }],
  ];
  for (const [call, body] of self) {
    const sealed = adminEnvelope(own, JSON.stringify(body));
    await assert.rejects(
      app(`/minio/admin/v3/${call}`, { method: "PUT", body: sealed }),
      /AccessDenied/,
      call,
    );
  }
});

test("a rotated password is a login beside the former one, until that is retired", async () => {
  const [id = ""] = started;
  const [former, present] = [secrets["app-password"], "Next_App_Password-0123456789"];
  const rotated = { ...secrets, "app-password": present };
  const accepted = async () => [
    await accepts(id, "app-password", former),
    await accepts(id, "app-password", present),
  ];
  const oldest = await withClient(id, ({ call, rootPassword }) => oldUser(id, call, rootPassword));
  assert.deepEqual(await accepted(), [true, false]);
  await withClient(id, (client) => recovery.setup(client), rotated);
  assert.deepEqual(await accepted(), [true, true]);
  const both = [await application(id, former), await application(id, present)] as const;
  for (const app of [...both, oldest]) await app("/receipts/orders/both.json", { method: "PUT", body: "{}" });

  await withClient(id, (client) => recovery.retire?.(client) ?? assert.fail(), rotated);
  assert.deepEqual(await accepted(), [false, true]);
  await both[1]("/receipts/orders/both.json", { method: "PUT", body: "{}" });
  for (const app of [both[0], oldest])
    await assert.rejects(app("/receipts/orders/both.json", { method: "PUT" }), /InvalidAccessKeyId$/);
  await withClient(id, (client) => recovery.retire?.(client) ?? assert.fail(), rotated);
  // What follows goes on with the password that it began with: users of a later point go as those of an earlier one do.
  await withClient(id, (client) => recovery.resetUsers(client));
  assert.deepEqual(await accepted(), [true, false]);
});

test("health fails on a wrong password", async () => {
  const [id = ""] = started;
  const file = path.join(secretsOf.get(id) ?? "", "root-password");
  writeSecret(file, "another-password");
  assert.equal(await isHealthy(id), false);
  writeSecret(file, secrets["root-password"]);
  assert.equal(await isHealthy(id), true);
});

test("a copy made while it runs and is written to starts, with every object acknowledged before", async () => {
  const [id = ""] = started;
  const app = await application(id);
  const acknowledged: string[] = [];
  const quiet = new AbortController();
  // Small ones lie in one file each, large ones in two.
  const bodyOf = (name: string): string => name.repeat(name.endsWith("0") ? 40_000 : 1);
  const write = async (writer: number): Promise<void> => {
    for (let count = 0; !quiet.signal.aborted; count += 1) {
      const name = `w${writer}-${count}`;
      await app(`/receipts/orders/${name}.json`, { method: "PUT", body: bodyOf(name) });
      acknowledged.push(name);
    }
  };
  const writers = [0, 1, 2, 3].map(write);
  const copy = new ReflinkCopy({
    from: xfs.root,
    to: path.join(xfs.root, "copy"),
    directories: ["data"],
    unfinished: (minio.unfinished ?? []).map((place) => place.replace(/^minio\//, "data/")),
    index: path.join(xfs.root, "index"),
  });
  while (acknowledged.length < 100) await delay(20);
  await copy.firstPass();
  const before = [...acknowledged];
  const { restless, passes } = await copy.settle(5);
  const during = acknowledged.length - before.length;
  quiet.abort();
  await Promise.all(writers);
  assert.deepEqual(restless, [], "an object store's files are written once");
  await copy.finish();
  await docker(["stop", "--time", "20", id]);
  const restored = await startHealthy("copy/data");
  const restoredApp = await application(restored);
  for (const name of before)
    assert.ok((await restoredApp(`/receipts/orders/${name}.json`)) === bodyOf(name), name);
  await withClient(restored, async (client) => {
    assert.equal(await recovery.canary.read(client), "mark-1");
    const { receipts } = await held(client);
    assert.ok(receipts >= before.length + 1, `${receipts} of ${before.length + 1}`);
  });
  assert.ok(passes <= 5 && during >= 0);
});

test("users are set to the present passwords on data of before a rotation", async () => {
  const id = started.at(-1) ?? "";
  await docker(["stop", "--time", "20", id]);
  const rotated = { "root-password": "Rotated_Root-0123456789", "app-password": "Rotated_App-0123456789" };
  const now = await startHealthy("copy/data", rotated);
  const app = await application(now, rotated["app-password"]);
  await assert.rejects(app("/receipts?list-type=2"), /InvalidAccessKeyId/);
  const accepted = async () => [
    await accepts(now, "app-password", rotated["app-password"]),
    await accepts(now, "app-password", secrets["app-password"]),
  ];
  assert.deepEqual(await accepted(), [false, true]);
  await withClient(now, (client) => recovery.resetUsers(client), rotated);
  assert.deepEqual(await accepted(), [true, false]);
  assert.equal(await accepts(now, "root-password", rotated["root-password"]), true);
  assert.equal(await accepts(now, "root-password", secrets["root-password"]), false);
  assert.match((await app("/receipts?list-type=2")) ?? "", /<Key>/);
});

test("obeys SIGTERM", async () => {
  const id = started.at(-1) ?? "";
  await docker(["stop", "--time", "60", id]);
  assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", id]), "0");
});
