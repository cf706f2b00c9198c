import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { cloudKeys } from "../../../local/cloud/cloud-keys.ts";
import { stackInstance } from "../../../local/instance.ts";

const repository = await mkdtemp(path.join(tmpdir(), "kaleem-keys-"));
const { cloud } = stackInstance(repository, "local");
const file = path.join(cloud.folder, "s3-keys.json");
after(() => rm(repository, { recursive: true }));

test("makes the keys once, for the owner's eyes alone", async () => {
  const first = await cloudKeys(cloud);
  assert.deepEqual(await cloudKeys(cloud), first);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await stat(cloud.folder)).mode & 0o777, 0o700);
  assert.notEqual(first.root.secretAccessKey, first.backup.secretAccessKey);
  assert.equal(first.backup.accessKeyId.length, 20);
  assert.equal(first.backup.secretAccessKey.length, 40);
});

test("a damaged key file is refused without its content", async () => {
  for (const text of ['{"root":"hush"}', "hush"]) {
    await writeFile(file, text);
    await assert.rejects(cloudKeys(cloud), (error: Error) => {
      assert.match(
        error.message,
        /s3-keys\.json: expected the key pairs "root" and "backup"; put the file back/,
      );
      assert.doesNotMatch(error.message, /hush/);
      return true;
    });
  }
});
