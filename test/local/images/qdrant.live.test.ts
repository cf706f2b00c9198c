import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { QdrantClient } from "../../../components/services/qdrant/qdrant-client.ts";
import { qdrant } from "../../../components/services/qdrant/qdrant.ts";
import { qdrantRecovery } from "../../../components/services/qdrant/recovery.ts";
import { LocalCommandError } from "../../../local/images/command.ts";
import { docker } from "../../../local/images/docker.ts";
import { fileArchive } from "../../../local/images/file-archive.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { qdrantImage } from "../../../local/images/qdrant/image.ts";
import { silentProgress } from "../../../local/progress.ts";

const key = "Api.Key-0123456789-live";
const vector = Array.from({ length: 64 }, (_, index) => index + 1);
const volumes = [`kaleem-test-${randomUUID()}`, `kaleem-test-${randomUUID()}`] as const;
const network = `kaleem-test-${randomUUID()}`;
const started: string[] = [];
let image = "";

before(async () => {
  image = (await localImage(qdrantImage, silentProgress)).reference;
  await docker(["network", "create", network]);
});
after(async () => {
  for (const id of started) await docker(["rm", "--force", id]);
  for (const volume of volumes) await docker(["volume", "rm", "--force", volume]);
  await docker(["network", "rm", network]);
});

/** A container as the definition has it: its user, entry point, environment, files and secret; not started. */
async function make(volume: string, apiKey = key): Promise<string> {
  await docker(["volume", "create", volume]);
  await own(volume);
  const [program = "", ...entrypoint] = qdrant.entrypoint ?? [];
  const env = Object.entries(qdrant.env ?? {}).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const options = [
    "--init",
    "--network",
    network,
    "--user",
    qdrant.user,
    "--volume",
    `${volume}:/qdrant/storage`,
  ];
  const id = await docker(["create", ...options, ...env, "--entrypoint", program, image, ...entrypoint]);
  started.push(id);
  const file = (name: string, content: string) => ({ name, content, mode: 0o400, owner: 1000 });
  await docker(["cp", "-", `${id}:/run`], { input: fileArchive([file("secrets/api-key", apiKey)]) });
  const files = Object.entries(qdrant.files ?? {}).map(([target, source]) =>
    file(target.replace("/etc/", ""), readFileSync(source, "utf8")),
  );
  await docker(["cp", "-", `${id}:/etc`], { input: fileArchive(files) });
  return id;
}

async function isHealthy(id: string): Promise<boolean> {
  try {
    await docker(["exec", id, ...qdrant.health.argv]);
    return true;
  } catch (error) {
    if (error instanceof LocalCommandError) return false;
    throw error;
  }
}

/** Starts it, waits until it is healthy, and gives a client. */
async function start(id: string): Promise<QdrantClient> {
  await docker(["start", id]);
  const deadline = Date.now() + 30_000;
  while (!(await isHealthy(id))) {
    if (Date.now() > deadline) throw new Error(await docker(["logs", id]));
    await delay(200);
  }
  return qdrantRecovery.connect({
    host: await addressOf(id),
    secrets: { "api-key": key },
  });
}

const addressOf = (id: string): Promise<string> =>
  docker(["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", id]);
const order = (seq: number) => ({
  id: randomUUID(),
  customer: "c",
  item: "i",
  quantity: 1,
  seq,
  createdAt: "t",
});
const put = (client: QdrantClient, payload: ReturnType<typeof order>): Promise<unknown> =>
  client.ask("PUT", "/collections/orders/points?wait=true&ordering=strong", {
    body: { points: [{ id: payload.id, vector, payload }] },
  });

/** Gives a volume's files to the definition's user. */
function own(volume: string): Promise<string> {
  const options = ["--rm", "--network", "none", "--user", "0", "--volume", `${volume}:/v`];
  return docker(["run", ...options, image, "chown", "-R", qdrant.user, "/v"]);
}

/** Writes orders one after the other until one is refused; gives those that were acknowledged. */
async function writeUntilRefused(client: QdrantClient): Promise<Map<string, unknown>> {
  const acknowledged = new Map<string, unknown>();
  for (let seq = 0; ; seq++) {
    const payload = order(seq);
    try {
      await put(client, payload);
    } catch {
      return acknowledged;
    }
    acknowledged.set(payload.id, payload);
  }
}

test("the right key is taken; a wrong one and none are refused, and health fails on another", async () => {
  const id = await make(volumes[0]);
  const client = await start(id);
  await qdrantRecovery.setup(client);
  const host = await addressOf(id);
  for (const secrets of [{ "api-key": "wrong" }, {}])
    await assert.rejects(qdrantRecovery.connect({ host, secrets }), /answered with 401/);
  const metrics = await fetch(`http://${host}:${qdrant.ports["metrics"] ?? 0}/metrics`);
  assert.match(await metrics.text(), /^collections_total 2$/m);
  await docker(["exec", "--user", "0", id, "sh", "-c", "echo another > /run/secrets/api-key"]);
  assert.equal(await isHealthy(id), false);
  await docker(["exec", "--user", "0", id, "sh", "-c", `printf %s ${key} > /run/secrets/api-key`]);
  assert.equal(await isHealthy(id), true);
});

test("the key is on no command line, in no environment and not in what Docker shows", async () => {
  const [id = ""] = started;
  assert.ok(!(await docker(["inspect", id])).includes(key));
  const seen = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'";
  assert.ok(!(await docker(["exec", "--user", qdrant.user, id, "bash", "-c", seen])).includes(key));
});

test("kill -9 under load loses nothing that was acknowledged; the canary is there too", async () => {
  const [id = ""] = started;
  const client = await start(id);
  await qdrantRecovery.canary.write(client, "mark-1");
  const writing = writeUntilRefused(client);
  await delay(1_000);
  await docker(["kill", id]);
  const acknowledged = await writing;
  assert.ok(acknowledged.size > 20, String(acknowledged.size));
  const again = await start(id);
  assert.deepEqual(await qdrantRecovery.orders(again, [...acknowledged.keys()]), acknowledged);
  assert.equal(await qdrantRecovery.canary.read(again), "mark-1");
  const { orders } = await qdrantRecovery.counts(again, 2_000);
  // One more may have been on disk before its answer was sent.
  assert.ok(orders === acknowledged.size || orders === acknowledged.size + 1, `${orders ?? "null"}`);
});

test("a copy of its files taken while paused holds what was acknowledged before, and starts", async () => {
  const [id = ""] = started;
  const client = await start(id);
  const before = order(1);
  await put(client, before);
  await qdrantRecovery.canary.write(client, "mark-2");
  await docker(["pause", id]);
  const mountpoint = (volume: string) => docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volume]);
  await docker(["volume", "create", volumes[1]]);
  await cp(await mountpoint(volumes[0]), await mountpoint(volumes[1]), {
    recursive: true,
    preserveTimestamps: true,
  });
  await docker(["unpause", id]);
  const later = order(2);
  await put(client, later);
  const restored = await start(await make(volumes[1]));
  const found = await qdrantRecovery.orders(restored, [before.id, later.id]);
  assert.deepEqual([...found], [[before.id, before]]);
  assert.equal(await qdrantRecovery.canary.read(restored), "mark-2");
  await qdrantRecovery.reconcile(restored);
});

test("a snapshot of one server goes into another with its checksum, and is refused with a wrong one", async () => {
  const [source = "", target = ""] = started;
  const work = await mkdtemp(path.join(tmpdir(), "kaleem-qdrant-"));
  try {
    const from = `http://${await addressOf(source)}:6333/collections/orders`;
    const into = `http://${await addressOf(target)}:6333/collections/orders`;
    const headers = { "api-key": key };
    const made = (await (await fetch(`${from}/snapshots`, { method: "POST", headers })).json()) as {
      result: { name: string; checksum: string };
    };
    const { name, checksum } = made.result;
    const content = await (await fetch(`${from}/snapshots/${name}`, { headers })).blob();
    const upload = async (sum: string) => {
      const body = new FormData();
      body.append("snapshot", content, name);
      const url = `${into}/snapshots/upload?priority=snapshot&checksum=${sum}&wait=true`;
      return (await fetch(url, { method: "POST", headers, body })).status;
    };
    assert.equal(await upload("0".repeat(64)), 400);
    assert.equal(await upload(checksum), 200);
    const count = async (id: string) => qdrantRecovery.counts(await start(id), 2_000);
    assert.deepEqual(await count(target), await count(source));
  } finally {
    await rm(work, { recursive: true });
  }
});

test("obeys SIGTERM", async () => {
  const [id = ""] = started;
  const begun = Date.now();
  await docker(["stop", "--time", "20", id]);
  assert.ok(Date.now() - begun < 10_000);
  assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", id]), "0");
});

test("does not start with an empty key", async () => {
  const id = await make(volumes[1], "");
  await docker(["start", id]);
  await docker(["wait", id]);
  assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", id]), "1");
});
