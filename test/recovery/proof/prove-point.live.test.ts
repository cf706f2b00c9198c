import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RedisClientType } from "redis";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { bytes } from "../../../catalog/quantities.ts";
import { redis } from "../../../catalog/redis/redis.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { Docker } from "../../../recovery/docker/docker.ts";
import type { ServiceStart } from "../../../recovery/docker/service-start.ts";
import { LocalHost } from "../../../recovery/host/local-host.ts";
import { Locks } from "../../../recovery/host/locks.ts";
import { Log } from "../../../recovery/host/log.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { proofLabel } from "../../../recovery/proof/proof-container.ts";
import { ProofFiles } from "../../../recovery/proof/proof-files.ts";
import { ProofRecords } from "../../../recovery/proof/proof-record.ts";
import { provePoint, type ProofPorts } from "../../../recovery/proof/prove-point.ts";
import { openStoreAt } from "../../../recovery/stores/store.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { take } from "../../catalog/support/inventory-trial.ts";
import { StoreContainers } from "../../catalog/support/store-container.ts";
import { makeXfs, type XfsFixture } from "../point/xfs-fixture.ts";

type Client = { readonly redis: RedisClientType };

const point = "20261121T140500Z-1f3a";
const secrets = { password: "Password_0123456789", "app-password": "App-Password_0123456789" };
const agent = resolve(import.meta.dirname, "../../../recovery/agent/main.ts");
const folder = mkdtempSync(join(tmpdir(), "kaleem-prove-"));
const containers = await StoreContainers.open("prove");
const client = new Docker();
let xfs: XfsFixture;
let image: string;

before(async () => {
  xfs = makeXfs(2_000);
  image = (await localImage(redisImage, silentProgress)).reference;
});
after(async () => {
  xfs.remove();
  rmSync(folder, { recursive: true, force: true });
  await containers.remove();
});

/** As its Swarm service starts it. */
function startOf(definition: StatefulDefinition): ServiceStart {
  const sized = definition.sizing?.(bytes(definition.limits.memory)) ?? {};
  return {
    image,
    user: definition.user,
    entrypoint: definition.entrypoint ?? null,
    args: [...(definition.args ?? []), ...(sized.args ?? [])],
    env: Object.entries({ ...definition.env, ...sized.env }).map(([name, value]) => `${name}=${value}`),
    memory: bytes(definition.limits.memory),
    readOnlyRoot: true,
    capabilities: [],
    scratch: { "/tmp": 2 ** 20 },
    configs: [],
  };
}

function ports(over: Partial<ProofPorts> = {}): ProofPorts {
  const host = new LocalHost();
  return {
    host,
    docker: client,
    locks: new Locks(join(folder, "locks"), "kaleem-agent prove"),
    log: new Log(() => undefined),
    interrupted: new AbortController().signal,
    files: new ProofFiles({
      point: join(xfs.root, "points/current"),
      indexes: [join(xfs.root, "points/index")],
      clone: join(xfs.root, "proof"),
      given: join(folder, "given"),
    }),
    records: new ProofRecords(host, join(folder, "proofs")),
    stores: [redis],
    storePorts: {
      docker: client,
      open: (service, container, given) =>
        openStoreAt(service, container, { self: [process.execPath, agent] }, given),
      unlock: () => assert.fail("Redis has no maintenance start"),
    },
    startOf: (definition) =>
      Promise.resolve({
        start: startOf(definition),
        secrets,
        files: Object.entries(definition.files ?? {}).map(([path, url]) => ({
          path,
          mode: 0o444,
          content: readFileSync(fileURLToPath(url)),
        })),
      }),
    points: () => Promise.resolve([point]),
    ...over,
  };
}

function writePoint(canary: string): void {
  const facts = { canary, counts: {}, version: "8", image, directories: { redis: { files: 1, bytes: 1 } } };
  const manifest = {
    version: 1,
    point,
    lineage: "l",
    generation: 1,
    host: "h",
    stack: "s",
    instant: "2026-11-21T14:05:00.000Z",
    pauseMs: 1,
    stores: { redis: facts },
  };
  writeFileSync(join(xfs.root, "points/current/manifest.json"), JSON.stringify(manifest));
}

async function nothingIsLeft(): Promise<void> {
  assert.deepEqual(await client.aloneWith(proofLabel), []);
  assert.equal(existsSync(join(xfs.root, "proof")), false);
  assert.equal(existsSync(join(folder, "given")), false);
}

test("a point of a running Redis is proven on its clone; one that does not start is named with its last words", async () => {
  const volume = await containers.volume();
  const live = await containers.create(redis, image, volume, secrets);
  await live.start();
  await live.use(async (open) => {
    await redis.recovery.setup(open);
    await redis.recovery.canary.write(open, point);
    for (let index = 0; index < 500; index += 1)
      await (open as Client).redis.set(`سلة:${index}`, "v".repeat(index));
  });
  await delay(1_500);
  const copy = join(xfs.root, "points/current/files/redis");
  mkdirSync(join(xfs.root, "points/current/files"), { recursive: true });
  await docker(["pause", live.id]);
  const from = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volume]);
  execFileSync("cp", ["--archive", from, copy]);
  await docker(["unpause", live.id]);
  writeFileSync(join(xfs.root, "points/index"), "");
  writePoint(point);
  // What a killed run has left, at its worst: a clone, secrets and a container.
  mkdirSync(join(xfs.root, "proof/files/redis/old"), { recursive: true });
  await docker(["create", "--name", "kaleem-proof-redis", "--label", proofLabel, image]);

  const seen: string[] = [];
  const base = ports();
  const record = await provePoint({
    ...base,
    storePorts: {
      ...base.storePorts,
      open: async (service, container, given) => {
        const told = await docker(["inspect", container.id]);
        if (seen.length === 0) seen.push(told);
        return base.storePorts.open(service, container, given);
      },
    },
  });
  assert.equal(record.ok, true);
  const { inventory, coverage } = record.stores["redis"] ?? assert.fail("no redis");
  assert.deepEqual([coverage.hashed, coverage.of, coverage.sampled], [501, 501, false]);
  assert.deepEqual(compareInventories(inventory, await take({ definition: redis }, live)).findings, []);
  await nothingIsLeft();
  assert.deepEqual(await base.records.write(record), undefined);
  const kept = await new ProofRecords(new LocalHost(), join(folder, "proofs")).read(point);
  assert.equal(kept?.ok, true);

  const [inspected] = JSON.parse(seen[0] ?? "[]") as {
    Config: { Env: string[]; Hostname: string; Cmd: string[] };
    HostConfig: Record<string, unknown>;
    Mounts: { Destination: string; RW: boolean; Source: string }[];
  }[];
  assert.ok(inspected);
  assert.equal(inspected.Config.Hostname, "redis");
  assert.deepEqual(inspected.Config.Cmd, ["--maxmemory", String(2 ** 29)]);
  const { NetworkMode, Memory, CpuShares, ReadonlyRootfs } = inspected.HostConfig;
  assert.deepEqual([NetworkMode, Memory, CpuShares, ReadonlyRootfs], ["none", 2 ** 30, 64, true]);
  assert.ok(
    !Object.values(secrets).some((value) => (seen[0] ?? "").includes(value)),
    "a secret is to be seen",
  );
  const data = inspected.Mounts.find(({ Destination }) => Destination === "/data");
  assert.deepEqual([data?.RW, data?.Source], [true, join(xfs.root, "proof/files/redis")]);

  // Another point's copy: its files are not what its manifest says.
  writePoint("20261121T141000Z-0000");
  await assert.rejects(provePoint(ports()), (error: unknown) => {
    assert.ok(error instanceof RecoveryError && error.exitCode === exitCodes.notProven);
    assert.match(error.message, /redis: not proven: the mark .* is not there \(got 20261121T140500Z-1f3a\)/);
    return true;
  });
  await nothingIsLeft();

  // Damage in the middle of the log: Redis refuses to start, and says so.
  writePoint(point);
  const log = execFileSync("find", [copy, "-name", "*.aof", "-size", "+0"], { encoding: "utf8" }).trim();
  const text = readFileSync(log);
  text.fill(0x41, text.length >> 1, (text.length >> 1) + 4_000);
  writeFileSync(log, text);
  await assert.rejects(provePoint(ports()), (error: unknown) => {
    assert.ok(error instanceof RecoveryError && error.exitCode === exitCodes.notProven);
    assert.match(error.message, /redis: not proven: it ended\. Its last words: [^]*Bad file format/);
    return true;
  });
  await nothingIsLeft();
  const failed = await new ProofRecords(new LocalHost(), join(folder, "proofs")).read(point);
  assert.deepEqual([failed?.ok, failed?.problems.length], [false, 1]);
});
