import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { RedisClientType } from "redis";
import { redis } from "../../../catalog/redis/redis.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import { compareInventories } from "../../../recovery/proof/compare-inventories.ts";
import { proofLabel } from "../../../recovery/proof/proof-container.ts";
import { provePoint } from "../../../recovery/proof/prove-point.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { take } from "../../catalog/support/inventory-trial.ts";
import { StoreContainers } from "../../catalog/support/store-container.ts";
import { point, ProofFixture } from "./proof-fixture.ts";

type Client = { readonly redis: RedisClientType };

const secrets = { password: "Password_0123456789", "app-password": "App-Password_0123456789" };
const image = (await localImage(redisImage, silentProgress)).reference;
const containers = await StoreContainers.open("prove-redis");
const fixture = new ProofFixture(redis, image, secrets);
after(async () => {
  fixture.remove();
  await containers.remove();
});

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
  await fixture.take(live, volume);
  // What a killed run has left, at its worst: a clone, secrets and a container.
  mkdirSync(join(fixture.clone, "files/redis/old"), { recursive: true });
  await docker(["create", "--name", "kaleem-proof-redis", "--label", proofLabel, image]);

  const seen: string[] = [];
  const base = fixture.ports();
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
  await fixture.nothingIsLeft();
  assert.deepEqual(await fixture.records.read(point), record);

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
  assert.deepEqual([data?.RW, data?.Source], [true, join(fixture.clone, "files/redis")]);

  // Another point's copy: its files are not what its manifest says.
  fixture.describe("20261121T141000Z-0000");
  await assert.rejects(provePoint(fixture.ports()), (error: unknown) => {
    assert.ok(error instanceof RecoveryError && error.exitCode === exitCodes.notProven);
    assert.match(error.message, /redis: not proven: the mark .* is not there \(got 20261121T140500Z-1f3a\)/);
    return true;
  });
  await fixture.nothingIsLeft();

  // Damage in the middle of the log: Redis refuses to start, and says so.
  fixture.describe(point);
  const log = execFileSync("find", [fixture.copy, "-name", "*.aof", "-size", "+0"], {
    encoding: "utf8",
  }).trim();
  const text = readFileSync(log);
  text.fill(0x41, text.length >> 1, (text.length >> 1) + 4_000);
  writeFileSync(log, text);
  await assert.rejects(provePoint(fixture.ports()), (error: unknown) => {
    assert.ok(error instanceof RecoveryError && error.exitCode === exitCodes.notProven);
    assert.match(error.message, /redis: not proven: it ended\. Its last words: [^]*Bad file format/);
    return true;
  });
  await fixture.nothingIsLeft();
  const failed = await fixture.records.read(point);
  assert.deepEqual([failed?.ok, failed?.problems.length], [false, 1]);
});
