import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "amqplib";
import { isLoginOf, loginName } from "../../../catalog/login-name.ts";
import { ManagementApi } from "../../../catalog/rabbitmq/management-api.ts";
import { rabbitmq } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { command } from "../../../local/images/command.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { rabbitmqImage } from "../../../local/images/rabbitmq/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { StoreContainers, type StoreContainer } from "../support/store-container.ts";

const secrets = {
  "admin-password": "Admin-Password_0123456789",
  "app-password": "App-Password_0123456789",
  "erlang-cookie": "Erlang-Cookie_0123456789",
};
const { recovery } = rabbitmq;
const containers = await StoreContainers.open("rabbitmq");
let image = "";
let volume = "";
let store: StoreContainer;

before(async () => {
  image = (await localImage(rabbitmqImage, silentProgress)).reference;
  volume = await containers.volume();
  store = await containers.create(rabbitmq, image, volume, secrets);
  await store.start();
});
after(() => containers.remove());

const administrator = async (
  container = store,
  password = secrets["admin-password"],
): Promise<ManagementApi> => new ManagementApi(await container.address(), "admin", password);

/** How much is declared, the applications' logins taken as one; RabbitMQ's own exchanges are not all there before the second start. */
function declaredIn(definitions: unknown): Record<"users" | "queues" | "exchanges" | "bindings", number> {
  type Named = readonly { readonly name: string }[];
  const { users, queues, exchanges, bindings } = definitions as Record<string, Named>;
  const names = (users ?? []).map(({ name }) => (isLoginOf("app", name) ? "app" : name));
  return {
    users: new Set(names).size,
    queues: queues?.length ?? 0,
    exchanges: (exchanges ?? []).filter(({ name }) => !name.startsWith("amq.")).length,
    bindings: bindings?.length ?? 0,
  };
}

async function publish(exchange: string, key: string, body: string): Promise<void> {
  const message = { routing_key: key, payload: body, payload_encoding: "string" };
  const path = `exchanges/%2F/${exchange}/publish`;
  const answer = await (await administrator()).post(path, { ...message, properties: { delivery_mode: 2 } });
  assert.deepEqual(answer, { routed: true });
}

/** The bodies in a queue, in their order; given back. */
async function bodies(queue: string, container = store, password?: string): Promise<readonly string[]> {
  const api = await administrator(container, password);
  const peek = { count: 100, ackmode: "reject_requeue_true", encoding: "auto" };
  const messages = (await api.post(`queues/%2F/${queue}/get`, peek)) as { payload: string }[];
  return messages.map(({ payload }) => payload);
}

async function userNames(container = store, password?: string): Promise<readonly string[]> {
  const users = (await (await administrator(container, password)).get("users")) as { name: string }[];
  return users.map(({ name }) => name).sort();
}

async function accepts(secret: string, password: string, container = store): Promise<unknown> {
  return recovery.accepts?.({ host: await container.address(), secrets: {} }, secret, password);
}

/** As an application: logged in by the name that goes with its password, until the test has ended. */
async function application(password: string, context: TestContext) {
  const login = { hostname: await store.address(), username: loginName("app", password), password };
  const connection = await connect({ protocol: "amqp", port: 5672, vhost: "/", ...login });
  let open = true;
  const closed = new Promise<unknown>((resolve) => {
    connection.once("close", (reason: unknown) => {
      open = false;
      resolve(reason);
    });
  });
  context.after(async () => {
    if (open) await connection.close();
  });
  const publish = async (body: string): Promise<void> => {
    const channel = await connection.createConfirmChannel();
    channel.publish("webhooks", "webhooks", Buffer.from(body), { persistent: true });
    await channel.waitForConfirms();
    await channel.close();
  };
  return { closed, publish };
}

const record = (id: string) => JSON.stringify({ id, customer: "Ünï", quantity: 2 });

/** What an application declares for itself: two queues behind exchanges, and one for what their readers refuse. */
async function declareAsApplication(): Promise<void> {
  const kept = {
    "x-queue-type": "quorum",
    "x-delivery-limit": -1,
    "x-dead-letter-exchange": "dead",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
  };
  const lasting = { vhost: "/", durable: true, auto_delete: false };
  const exchange = { ...lasting, internal: false, arguments: {} };
  const bound = { vhost: "/", destination_type: "queue", arguments: {} };
  await (
    await administrator()
  ).post("definitions", {
    exchanges: [
      { ...exchange, name: "records", type: "direct" },
      { ...exchange, name: "webhooks", type: "direct" },
      { ...exchange, name: "dead", type: "fanout" },
    ],
    queues: [
      { ...lasting, name: "receipts", arguments: kept },
      { ...lasting, name: "webhooks", arguments: kept },
      { ...lasting, name: "dead", arguments: { "x-queue-type": "quorum", "x-delivery-limit": -1 } },
    ],
    bindings: [
      { ...bound, source: "records", destination: "receipts", routing_key: "receipts" },
      { ...bound, source: "webhooks", destination: "webhooks", routing_key: "webhooks" },
      { ...bound, source: "dead", destination: "dead", routing_key: "" },
    ],
  });
}

test("a wrong password is refused, by its health too", async () => {
  const wrong = { ...secrets, "admin-password": "another" };
  await assert.rejects(
    store.use(() => Promise.resolve(), wrong),
    /rabbitmq: GET \/api\/whoami: the administrator's password is refused/,
  );
  await store.putSecrets(wrong);
  assert.equal(await store.isHealthy(), false);
  await store.putSecrets(secrets);
  assert.equal(await store.isHealthy(), true);
});

test("setup makes users and its own queue, and can be repeated", async () => {
  await store.use((client) => recovery.setup(client));
  const once = await (await administrator()).get("definitions");
  await store.use((client) => recovery.setup(client));
  assert.deepEqual(declaredIn(await (await administrator()).get("definitions")), declaredIn(once));
  assert.deepEqual(declaredIn(once), { users: 2, queues: 1, exchanges: 0, bindings: 0 });
  assert.match(await store.use((client) => recovery.version(client)), /^4\.\d+\.\d+$/);
  const { queues } = once as { queues: { name: string; durable: boolean }[] };
  assert.deepEqual(
    queues.map(({ name, durable }) => `${name} ${durable}`),
    ["canary true"],
  );
});

test("setup refuses a queue that is there in another form", async () => {
  const api = await administrator();
  const other = { name: "canary", vhost: "/", durable: true, auto_delete: false, arguments: {} };
  await docker(["exec", store.id, "rabbitmqctl", "--quiet", "delete_queue", "canary"]);
  await api.post("definitions", { vhosts: [{ name: "/" }], queues: [other] });
  await assert.rejects(
    store.use((client) => recovery.setup(client)),
    /rabbitmq: the queue canary: expected \{.*"x-queue-type":"quorum".*\}, got \{.*"classic".*\}.*delete it/,
  );
  await docker(["exec", store.id, "rabbitmqctl", "--quiet", "delete_queue", "canary"]);
  await store.use((client) => recovery.setup(client));
});

test("a rotated password is a login beside the former one, until that is retired and its connections closed", async (context) => {
  await declareAsApplication();
  const api = await administrator();
  // As data has it that was made before there was a login for each password.
  await api.post("definitions", { users: [{ name: "app", password: "Oldest_0123456789", tags: [] }] });
  const [former, present] = [secrets["app-password"], "App-Next_0123456789"];
  const rotated = { ...secrets, "app-password": present };
  const logins = [former, present].map((password) => loginName("app", password));
  const accepted = async () => [
    await accepts("app-password", former),
    await accepts("app-password", present),
  ];
  const running = await application(former, context);
  assert.deepEqual(await accepted(), [true, false]);

  await store.use((client) => recovery.setup(client), rotated);
  assert.deepEqual(await userNames(), ["admin", "app", ...logins].sort());
  assert.deepEqual(await accepted(), [true, true]);
  const successor = await application(present, context);
  const late = await application(former, context);
  for (const one of [running, successor, late]) await one.publish("side by side");

  await store.use((client) => recovery.retire?.(client) ?? Promise.reject(new Error("cannot")), rotated);
  assert.deepEqual(await userNames(), ["admin", loginName("app", present)]);
  assert.deepEqual(await accepted(), [false, true]);
  for (const one of [running, late]) assert.match(String(await one.closed), /deleted/);
  await successor.publish("afterwards");

  await docker(["exec", store.id, "rabbitmqctl", "--quiet", "purge_queue", "webhooks"]);
  // What follows goes on with the password that it began with: users of a later point go as those of an earlier one do.
  await store.use((client) => recovery.resetUsers(client));
  assert.deepEqual(await userNames(), ["admin", loginName("app", former)]);
});

test("the administrator's password is told from any other", async () => {
  assert.equal(await accepts("admin-password", secrets["admin-password"]), true);
  assert.equal(await accepts("admin-password", "another"), false);
});

test("no secret is on a command line, in what Docker shows, in the log or in the data", async () => {
  const shown = [
    await docker(["top", store.id, "-eo", "pid,args"]),
    await docker(["inspect", store.id]),
    await docker(["logs", store.id]),
    await docker(["exec", store.id, "env"]),
  ];
  const mountpoint = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volume]);
  for (const secret of Object.values(secrets)) {
    for (const text of shown) assert.ok(!text.includes(secret));
    // --no-dereference is grep's way by default: the cookie is a link, and a copy holds only that.
    await assert.rejects(command(["grep", "--recursive", "--text", "--quiet", secret, mountpoint]));
  }
});

test("the canary replaces the one before, and is still there after it was read", async () => {
  await store.use((client) => recovery.canary.write(client, "first"));
  await store.use((client) => recovery.canary.write(client, "second"));
  for (let look = 0; look < 25; look += 1) {
    assert.equal(await store.use((client) => recovery.canary.read(client)), "second");
  }
  assert.deepEqual(await bodies("canary"), ["second"]);
});

test("what a reader refuses is among the dead letters, and nowhere else", async () => {
  await publish("webhooks", "webhooks", "cannot be read");
  const refuse = { count: 1, ackmode: "reject_requeue_false", encoding: "auto" };
  await (await administrator()).post("queues/%2F/webhooks/get", refuse);
  // The queue hands it on by itself, and forgets it when the other has confirmed.
  const deadline = Date.now() + 10_000;
  while (!(await bodies("dead")).includes("cannot be read")) {
    assert.ok(Date.now() < deadline, "it never arrived");
    await delay(100);
  }
  assert.deepEqual(await bodies("webhooks"), []);
});

test("a copy of its files taken while paused starts elsewhere with everything, under the present passwords", async () => {
  await store.use((client) => recovery.canary.write(client, "point"));
  await publish("records", "receipts", record("last"));
  await docker(["pause", store.id]);
  const copy = await containers.copyOf(volume);
  await docker(["unpause", store.id]);
  await store.use((client) => recovery.canary.write(client, "later"));
  await publish("records", "receipts", record("later"));
  const present = {
    "admin-password": "Admin-After_rotation",
    "app-password": "App-After_rotation",
    "erlang-cookie": "Cookie-After_rotation",
  };
  const restored = await containers.create(rabbitmq, image, copy, present);
  await restored.start();
  await restored.use((client) => recovery.resetUsers(client));
  assert.equal(await restored.use((client) => recovery.canary.read(client)), "point");
  const queue = await bodies("receipts", restored, present["admin-password"]);
  assert.deepEqual(queue, [record("last")]);
  const definitionsOf = (api: ManagementApi) => api.get("definitions").then(declaredIn);
  const here = await administrator(restored, present["admin-password"]);
  assert.deepEqual(await definitionsOf(here), await definitionsOf(await administrator()));
  await assert.rejects(
    restored.use(() => Promise.resolve(), secrets),
    /password is refused/,
  );
  assert.deepEqual(await userNames(restored, present["admin-password"]), [
    "admin",
    loginName("app", present["app-password"]),
  ]);
  assert.equal(await accepts("app-password", present["app-password"], restored), true);
  assert.equal(await accepts("app-password", secrets["app-password"], restored), false);
});

test("what was confirmed survives kill -9", async () => {
  await store.use((client) => recovery.canary.write(client, "confirmed"));
  await docker(["kill", store.id]);
  await store.start();
  assert.equal(await store.use((client) => recovery.canary.read(client)), "confirmed");
});

test("obeys SIGTERM", async () => {
  await docker(["stop", "--time", "120", store.id]);
  assert.equal(await docker(["inspect", "--format", "{{.State.ExitCode}}", store.id]), "0");
});
