import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ManagementApi } from "../../../catalog/rabbitmq/management-api.ts";
import { rabbitmq } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { rabbitmqImage } from "../../../local/images/rabbitmq/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { StoreContainers } from "../support/store-container.ts";

const secrets = {
  "admin-password": "Admin-Password_0123456789",
  "app-password": "App-Password_0123456789",
  "erlang-cookie": "Erlang-Cookie_0123456789",
};
const containers = await StoreContainers.open("rabbitmq-full");
after(() => containers.remove());

async function isWell(api: ManagementApi): Promise<boolean> {
  try {
    await api.get("health/checks/alarms");
    return true;
  } catch (error) {
    assert.match(String(error), /answered 503/);
    return false;
  }
}

test("RabbitMQ raises its alarm at half of its container's memory, is not killed, and takes a canary meanwhile", async () => {
  const image = (await localImage(rabbitmqImage, silentProgress)).reference;
  const store = await containers.create(rabbitmq, image, await containers.volume(), secrets, {}, "256MiB");
  await store.start();
  const api = new ManagementApi(await store.address(), "admin", secrets["admin-password"]);
  const limits = "{vm_memory_monitor:get_memory_limit(), rabbit_disk_monitor:get_disk_free_limit()}.";
  assert.equal(
    await docker(["exec", store.id, "rabbitmqctl", "-q", "eval", limits]),
    "{134217728,1073741824}",
  );
  await store.use((client) => rabbitmq.recovery.setup(client));
  // As a full node does, whatever it happens to use: publishers wait from now on.
  await docker(["exec", store.id, "rabbitmqctl", "-q", "set_vm_memory_high_watermark", "absolute", "1MB"]);
  for (let look = 0; await isWell(api); look += 1) {
    assert.ok(look < 60, "no alarm within 30 s");
    await delay(500);
  }
  await store.use(async (client) => {
    await rabbitmq.recovery.canary.write(client, "while-full");
    assert.equal(await rabbitmq.recovery.canary.read(client), "while-full");
  });
  const state = await docker(["inspect", "--format", "{{.State.OOMKilled}} {{.State.Running}}", store.id]);
  assert.equal(state, "false true");
});
