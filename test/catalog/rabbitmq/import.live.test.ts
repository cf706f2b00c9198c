import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { amqpLogin } from "../../../catalog/rabbitmq/amqp-login.ts";
import type { ManagementApi } from "../../../catalog/rabbitmq/management-api.ts";
import { rabbitmq as definition } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { rabbitmqImage } from "../../../local/images/rabbitmq/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { ImportTrial } from "../support/import-trial.ts";
import { StoreContainers, type StoreContainer } from "../support/store-container.ts";

const sample = new URL("../../fixtures/imports/defs-2025-10-01.json", import.meta.url).pathname;
const secrets = {
  "admin-password": "Admin-Password_0123456789",
  "app-password": "App-Password_0123456789",
  "erlang-cookie": "Erlang-Cookie_0123456789",
};
const containers = await StoreContainers.open("rabbitmq-import");
const folder = mkdtempSync(join(tmpdir(), "kaleem-dumps-"));
let store: StoreContainer;
let trial: ImportTrial;
before(async () => {
  const image = (await localImage(rabbitmqImage, silentProgress)).reference;
  store = await containers.create(definition, image, await containers.volume(), secrets);
  await store.start();
  await store.use((client) => definition.recovery.setup(client));
  trial = new ImportTrial(definition, store, secrets);
});
after(async () => {
  await containers.remove();
  rmSync(folder, { recursive: true });
});

const api = <T>(work: (api: ManagementApi) => Promise<T>): Promise<T> =>
  store.use((client) => work((client as { api: ManagementApi }).api));

test("definitions of the old server are imported: vhosts, queues, bindings, policies, users with their passwords", async () => {
  const source = await trial.read(sample);
  assert.deepEqual(await trial.judge(source), []);
  assert.deepEqual(await trial.load(source, sample), []);
  const at = { host: await store.address(), port: 5672 };
  assert.equal(await amqpLogin(at, "kaleem", "supersecret"), true);
  // The platform's own keep their present passwords.
  assert.equal(await amqpLogin(at, "admin", secrets["admin-password"]), true);
  assert.equal(
    await definition.recovery.accepts?.(
      { host: at.host, secrets: {} },
      "app-password",
      secrets["app-password"],
    ),
    true,
  );
});

test("a second import finds nothing to do, and a queue that is there in another form is refused", async () => {
  const source = await trial.read(sample);
  assert.deepEqual(await trial.judge(source), []);
  assert.deepEqual(await trial.load(source, sample), []);
  await api((one) => one.delete("queues/%2F/legacy.classic"));
  const queue = { durable: true, arguments: { "x-queue-type": "quorum" } };
  const definitions = { queues: [{ ...queue, name: "legacy.classic", vhost: "/", auto_delete: false }] };
  await api((one) => one.post("definitions", definitions));
  assert.match(
    (await trial.judge(source)).join(),
    /^rabbitmq: the queue legacy\.classic of \/ is here in another form than in defs-2025-10-01\.json/,
  );
  await api((one) => one.delete("queues/%2F/legacy.classic"));
});

test("what is dumped here can be imported again, without the platform's own users", async () => {
  const path = await trial.dump(folder);
  const source = await trial.read(path);
  assert.ok(source.stated.some(({ path: one }) => one === "user/kaleem"));
  assert.ok(!source.stated.some(({ path: one }) => /^user\/(admin|app-)/.test(one)));
  await api((one) => one.delete("vhosts/tenant%2Fone"));
  assert.notDeepEqual(await trial.differences(source), []);
  assert.deepEqual(await trial.load(source, path), []);
});

test("users may be left out", async () => {
  await api((one) => one.delete("users/kaleem"));
  const source = await trial.read(sample, { withoutUsers: true });
  assert.deepEqual(await trial.load(source, sample), []);
  const users = (await api((one) => one.get("users"))) as { name: string }[];
  assert.ok(!users.some(({ name }) => name === "kaleem"));
});
