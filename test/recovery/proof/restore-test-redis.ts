import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { RedisClientType } from "redis";
import { redis } from "../../../catalog/redis/redis.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { bucketLayout } from "../../../contract/layout.ts";
import { renderOffsiteCredentials } from "../../../contract/offsite-credentials.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { redisImage } from "../../../local/images/redis/image.ts";
import type { TestedRepository } from "../../../recovery/agent/answers/restore-test.ts";
import { LocalFiles } from "../../../recovery/agent/restore/restore-files.ts";
import { TestFolder } from "../../../recovery/agent/restore-test/test-folder.ts";
import type { RestoreTestPorts, TestedSource } from "../../../recovery/agent/restore-test/test-repository.ts";
import { testRestores } from "../../../recovery/agent/restore-test/test-restores.ts";
import { manifestFile, manifestSchema } from "../../../recovery/point/manifest.ts";
import { tagsOf } from "../../../recovery/point/point-tags.ts";
import { pointsOf } from "../../../recovery/point/points.ts";
import { ProofFiles } from "../../../recovery/proof/proof-files.ts";
import type { ProofRecord } from "../../../recovery/proof/proof-record.ts";
import { provePoint } from "../../../recovery/proof/prove-point.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { StoreContainers } from "../../catalog/support/store-container.ts";
import { TestS3 } from "../restic/test-s3.ts";
import { point, ProofFixture } from "./proof-fixture.ts";

type Client = { readonly redis: RedisClientType };

const secrets = { password: "Password_0123456789", "app-password": "App-Password_0123456789" };
const keys = { accessKeyId: "ID", secretAccessKey: "secret" };
const image = (await localImage(redisImage, silentProgress)).reference;
const containers = await StoreContainers.open("restore-test");
const fixture = new ProofFixture(redis, image, secrets);
const folder = mkdtempSync(join(tmpdir(), "kaleem-restore-test-"));
const s3 = await TestS3.start({ keys });
after(async () => {
  await s3.stop();
  fixture.remove();
  rmSync(folder, { recursive: true, force: true });
  await containers.remove();
});

test("a point comes back from both repositories by the real restic, starts, and is held against its proof; a pack that is lost off-site is told", async () => {
  const volume = await containers.volume();
  const live = await containers.create(redis, image, volume, secrets);
  await live.start();
  await live.use(async (open) => {
    await redis.recovery.setup(open);
    await redis.recovery.canary.write(open, point);
    for (let index = 0; index < 500; index += 1)
      await (open as Client).redis.set(`key:${index}`, "v".repeat(index));
  });
  await delay(1_500);
  await fixture.take(live, volume);
  const copy = dirname(dirname(fixture.copy));
  await describeAsMeasured(copy);
  const proof = await provePoint(fixture.ports());

  const [local, offsite] = repositories();
  await local.init();
  const { bytes } = await local.backup(copy, "l", tagsOf({ ...ofPoint, stores: ["redis"] }));
  await offsite.init(local);
  await offsite.copyFrom(
    local,
    (await local.snapshots("l")).map(({ id }) => id),
  );
  assert.ok(bytes > 0);

  const kept = new Map<string, TestedRepository>();
  const ports = testPorts(copy, proof, { local, offsite });
  const run = () =>
    testRestores(ports, (place, tested) => {
      kept.set(place, tested);
      return Promise.resolve();
    });
  await run();
  for (const place of ["local", "offsite"]) {
    const tested = kept.get(place) ?? assert.fail(`${place} was not tested`);
    assert.deepEqual([tested.ok, tested.compared, tested.problems], [true, true, []]);
    assert.deepEqual(
      [tested.stores["redis"]?.coverage.hashed, tested.stores["redis"]?.coverage.of],
      [501, 501],
    );
  }
  await fixture.nothingIsLeft();

  // What a proof of the copy on the data volume would never see.
  const pack = [...s3.objects]
    .filter(([key]) => key.startsWith("restic/data/"))
    .sort(bySize)
    .at(-1)?.[0];
  s3.objects.delete(pack ?? assert.fail("there is no pack"));
  await assert.rejects(run(), (error: unknown) => {
    assert.ok(error instanceof RecoveryError && error.exitCode !== exitCodes.ok, String(error));
    assert.match(error.message, /^A restore would fail\. From off-site point 20261121T140500Z-1f3a: /);
    return true;
  });
  assert.deepEqual([kept.get("local")?.ok, kept.get("offsite")?.ok], [true, false]);
  await fixture.nothingIsLeft();
  assert.ok(!readdirSync(dirname(dirname(copy))).includes("restore-test"), "what was fetched is there yet");
});

const ofPoint = { id: point, lineage: "l", generation: 1, instant: "2026-11-21T14:05:00.000Z" };

function bySize(a: readonly [string, Buffer], b: readonly [string, Buffer]): number {
  return a[1].length - b[1].length;
}

/** The fixture counts nothing; a test of a restore holds the files against the manifest. */
async function describeAsMeasured(copy: string): Promise<void> {
  const path = join(copy, manifestFile);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  const { directories } = manifest.stores["redis"] ?? assert.fail("no redis");
  for (const name of Object.keys(directories)) {
    const { files, bytes, digest } = await new LocalFiles().measure(join(copy, "files", name));
    directories[name] = { files, bytes, digest };
  }
  writeFileSync(path, JSON.stringify(manifest));
}

function repositories(): readonly [Restic, Restic] {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, "test-password");
  const credentialsFile = join(folder, "keys");
  writeFileSync(credentialsFile, renderOffsiteCredentials(keys));
  const url = `s3:${s3.endpoint}/${s3.bucket}/${bucketLayout.repository}`;
  const cache = join(folder, "cache");
  return [
    new Restic({ url: join(folder, "local"), passwordFile }, null, cache),
    new Restic({ url, passwordFile, credentialsFile, region: "auto" }, null, cache),
  ];
}

function testPorts(
  copy: string,
  proof: ProofRecord,
  places: Readonly<Record<"local" | "offsite", Restic>>,
): RestoreTestPorts {
  const base = fixture.ports();
  const where = new TestFolder(join(dirname(dirname(copy)), "restore-test"), copy);
  const source = (repository: Restic): TestedSource => ({
    points: async () => pointsOf(await repository.snapshots("l")),
    newestProven: (points) => {
      const found = points.find(({ id }) => id === point);
      return Promise.resolve(found === undefined ? null : { point: found, proof });
    },
    manifest: ({ snapshot }, signal) => repository.dump(snapshot, join(copy, manifestFile), { signal }),
    fetch: ({ snapshot }, target, signal) => repository.restore(snapshot, target, undefined, { signal }),
  });
  return {
    ...base,
    docker: fixture.docker,
    folder: where,
    proofFiles: new ProofFiles({
      point: where.path,
      indexes: [],
      clone: where.placed,
      given: join(folder, "given"),
    }),
    sources: { local: source(places.local), offsite: source(places.offsite) },
  };
}
