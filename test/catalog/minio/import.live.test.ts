import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { minio as definition } from "../../../catalog/minio/minio.ts";
import type { SignedCalls } from "../../../catalog/minio/signed-calls.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { minioImage } from "../../../local/images/minio/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { ImportTrial } from "../support/import-trial.ts";
import { StoreContainers, type StoreContainer } from "../support/store-container.ts";

const secrets = { "root-password": "Root-Password_0123456789", "app-password": "App-Password_0123456789" };
const containers = await StoreContainers.open("minio-import");
const folder = mkdtempSync(join(tmpdir(), "kaleem-mirror-"));
const archive = join(folder, "minio.tar");
let store: StoreContainer;
let trial: ImportTrial;
before(async () => {
  const objects: Readonly<Record<string, Buffer>> = {
    "receipts/orders/1.json": Buffer.from('{"id":"1"}'),
    "invoices/2025/فاتورة +1 $.pdf": Buffer.from("عربي"),
    "invoices/empty": Buffer.alloc(0),
    // Of more than two parts, the last one not full.
    "invoices/large": Buffer.alloc(40_000_000, "0123456789abcdef"),
    "canary/canary": Buffer.from("of another server"),
  };
  for (const [name, content] of Object.entries(objects)) {
    mkdirSync(join(folder, "minio", dirname(name)), { recursive: true });
    writeFileSync(join(folder, "minio", name), content);
  }
  execFileSync("tar", ["--create", "--file", archive, "--directory", folder, "minio"]);
  const image = (await localImage(minioImage, silentProgress)).reference;
  store = await containers.create(definition, image, await containers.volume(), secrets);
  await store.start();
  await store.use(async (client) => {
    await definition.recovery.setup(client);
    await definition.recovery.canary.write(client, "mark");
  });
  trial = new ImportTrial(definition, store, secrets);
});
after(async () => {
  await containers.remove();
  rmSync(folder, { recursive: true });
});

const call = (...given: Parameters<SignedCalls>): Promise<string | null> =>
  store.use((client) => (client as { call: SignedCalls }).call(...given));

test("a mirrored folder is put into its buckets to the last byte, large objects in parts; what was there goes", async () => {
  await call("/receipts/before", { method: "PUT", body: "goes" });
  const source = await trial.read(archive);
  assert.deepEqual(source.parts, ["invoices", "receipts"]);
  assert.deepEqual(await trial.judge(source), []);
  assert.deepEqual(await trial.load(source, archive), []);
  assert.equal(await call("/receipts/before", { accept: ["NoSuchKey"] }), null);
  assert.equal(await store.use((client) => definition.recovery.canary.read(client)), "mark");
});

test("an object that differs, is gone, or is there beside the file's is found", async () => {
  const source = await trial.read(archive);
  await call("/receipts/orders/1.json", { method: "PUT", body: '{"id":"2"}' });
  assert.deepEqual(await trial.differences(source), [
    "bucket/receipts/contents: 1 contents, of another content than in the file",
  ]);
  await call("/receipts/orders/2.json", { method: "PUT", body: "{}" });
  assert.equal((await trial.differences(source)).length, 2);
  assert.deepEqual(await trial.load(source, archive), []);
});

test("a bucket that keeps versions is refused", async () => {
  const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await call("/invoices?versioning=", { method: "PUT", body });
  assert.match(
    (await trial.judge(await trial.read(archive))).join(),
    /^minio: the bucket invoices keeps versions here, /,
  );
});
