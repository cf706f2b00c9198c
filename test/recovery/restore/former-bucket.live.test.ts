import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { catalog } from "../../../catalog/catalog.ts";
import { bucketLayout, layout } from "../../../contract/layout.ts";
import { LocalFiles } from "../../../recovery/agent/restore/restore-files.ts";
import { headSchema } from "../../../recovery/lineage/head.ts";
import { latestPoint } from "../../../recovery/lineage/latest.ts";
import { filesDirectory, manifestFile } from "../../../recovery/point/manifest.ts";
import { type Point, pointsOf } from "../../../recovery/point/points.ts";
import { Restic } from "../../../recovery/restic/restic.ts";
import { checkManifest, type Measured } from "../../../recovery/restore/verify/check-manifest.ts";

/**
 * A bucket as version 0.1.0 left it: sixteen points of one platform, the head, the stack file. It stays for good: whatever changes,
 * what it holds must list, verify and restore. Its passwords were made for it and open nothing else.
 */
const archive = fileURLToPath(new URL("../../fixtures/bucket-0.1.0.tar", import.meta.url));
const password = "NBRWLnsdZTmlvqjzKzwdRLwzACDKhyjO-hT-Iw5S5fs";

let bucket: string;
let restic: Restic;
before(() => {
  bucket = mkdtempSync(join(tmpdir(), "kaleem-former-bucket-"));
  execFileSync("tar", ["-xf", archive, "-C", bucket]);
  const passwordFile = join(bucket, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  restic = new Restic(
    { url: join(bucket, bucketLayout.repository), passwordFile },
    null,
    join(bucket, "cache"),
  );
});
after(() => rmSync(bucket, { recursive: true, force: true }));

const files = new LocalFiles();
const planOf = ({ stores, sequence, ...point }: Point) => ({
  point: {
    ...point,
    stores: [...stores],
    from: "offsite" as const,
    ...(sequence === undefined ? {} : { sequence }),
  },
  leftOut: [],
});
const storesOf = ({ stores }: Point) =>
  catalog.flatMap((definition) =>
    definition.kind === "stateful" && stores.includes(definition.name)
      ? [{ name: definition.name, directories: Object.values(definition.data) }]
      : [],
  );
const head = () => headSchema.parse(JSON.parse(readFileSync(join(bucket, bucketLayout.head), "utf8")));

describe("a bucket of version 0.1.0", () => {
  it("lists its points, the newest last, and knows the latest by its head", async () => {
    const points = pointsOf(await restic.snapshots());
    assert.equal(points.length, 16);
    assert.equal(points.at(-1)?.id, "20261130T142619Z-ac06");
    assert.equal(latestPoint(points, head())?.id, "20261130T142619Z-ac06");
    assert.deepEqual(points.at(-1)?.stores, ["minio", "mongo", "qdrant", "rabbitmq", "redis"]);
  });

  it("gives its newest point back, every directory as its manifest says", async () => {
    const newest = pointsOf(await restic.snapshots()).at(-1);
    assert.ok(newest);
    const target = join(bucket, "target");
    await restic.restore(newest.snapshot, target);
    const point = join(target, layout.point);
    const directories: Record<string, Measured> = {};
    for (const name of await files.list(join(point, filesDirectory)))
      directories[name] = await files.measure(join(point, filesDirectory, name));
    const text = readFileSync(join(point, manifestFile), "utf8");
    const manifest = checkManifest(text, planOf(newest), storesOf(newest), directories);
    assert.ok(!Array.isArray(manifest), Array.isArray(manifest) ? manifest.join("\n") : "");
    assert.ok("mongo" in (manifest as { stores: object }).stores);
  });

  it("refuses that point when a file of it is missing, naming its directory", async () => {
    const newest = pointsOf(await restic.snapshots()).at(-1);
    assert.ok(newest);
    const point = join(bucket, "target", layout.point);
    rmSync(join(point, filesDirectory, "redis", "appendonlydir"), { recursive: true });
    const directories: Record<string, Measured> = {};
    for (const name of await files.list(join(point, filesDirectory)))
      directories[name] = await files.measure(join(point, filesDirectory, name));
    const text = readFileSync(join(point, manifestFile), "utf8");
    const problems = checkManifest(text, planOf(newest), storesOf(newest), directories);
    assert.ok(Array.isArray(problems));
    assert.match(problems.join("\n"), /redis/);
  });
});
