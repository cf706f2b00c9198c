import assert from "node:assert/strict";
import { after, test } from "node:test";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { mongoRecovery } from "../../../catalog/mongo/recovery.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { mongoImage } from "../../../local/images/mongo/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { StoreContainers } from "../support/store-container.ts";

const secrets = {
  "root-password": "Root.Password-123",
  "app-password": "App.Password-1234",
  "backup-password": "Backup.Password-1",
  "restore-password": "Restore.Password-1",
  keyfile: "k".repeat(100),
};
const containers = await StoreContainers.open("measure");
after(() => containers.remove());

test("the user backup may ask for what monitoring wants, and a wrong password is refused", async () => {
  const image = (await localImage(mongoImage, silentProgress)).reference;
  const store = await containers.create(mongo, image, await containers.volume(), secrets);
  await store.start();
  const host = await store.address();
  const client = await mongoRecovery.connect({ host, secrets });
  try {
    await mongoRecovery.setup(client);
  } finally {
    await mongoRecovery.close(client);
  }
  // A database of whatever name: there is none before.
  await store.use((present) => mongo.recovery.canary.write(present, "mark"));
  const asBackup = { "backup-password": secrets["backup-password"] };
  const numbers = (await mongoRecovery.measure?.({ host, secrets: asBackup })) ?? [];
  const valueOf = (name: string) => numbers.find((number) => number.name === name)?.value;
  assert.equal(valueOf("kaleem_mongo_writable"), 1);
  assert.ok((valueOf("mongodb_ss_uptime") ?? 0) > 0);
  assert.equal(typeof valueOf("mongodb_dbstats_dataSize"), "number");
  assert.equal(valueOf("mongodb_ss_metrics_commands_createUser_total"), 3);
  const wrong = { "backup-password": "another-password-1" };
  await assert.rejects(
    async () => mongoRecovery.measure?.({ host, secrets: wrong }),
    /Authentication failed/,
  );
});
