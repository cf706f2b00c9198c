import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { auditHost } from "../../operator/audit/audit-host.ts";
import { runCommand } from "../../workstation/run-command.ts";
import { readOutputs } from "../../toolchain/engine/stack.ts";
import { loginName } from "../../catalog/login-name.ts";
import { MongoClient } from "mongodb";
import { createClient } from "redis";
import { stackContext, stackSecrets } from "./support/stack-secrets.ts";
import { throughTunnel } from "./support/tunnel.ts";
import { hostOf, npmRun, stackOf, testStack } from "./support/test-stack.ts";

const stack = stackOf(testStack.name);
const host = hostOf(testStack.name);

const secrets = () => stackSecrets(testStack.name);

test("no secret stands in plain in the stack file, the state, units, process lists, inspections or journals", async () => {
  const values = await secrets();
  assert.ok(values.size >= 10, [...values.keys()].join(", "));
  const places = new Map<string, string>([["stack file", await readFile(stack.stackFile, "utf8")]]);
  for (const entry of await readdir(stack.stateDirectory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      places.set(`state ${entry.name}`, await readFile(join(entry.parentPath, entry.name), "utf8"));
  }
  const look = {
    "process list": "ps axww -o args=",
    // FerretDB takes its first user from its environment alone; the real mongod's image reads a file.
    "processes' environments":
      "for p in /proc/[0-9]*; do grep -qx ferretdb $p/comm 2>/dev/null || tr '\\0' '\\n' < $p/environ 2>/dev/null; done; echo",
    inspections: "docker inspect $(docker ps -aq); docker service inspect $(docker service ls -q)",
    units: "cat /etc/systemd/system/kaleem* /etc/kaleem/agent.json",
    journals: "journalctl --no-pager -n 100000",
    "service logs": "for s in $(docker service ls -q); do docker service logs $s 2>&1; done",
  };
  for (const [place, command] of Object.entries(look)) {
    const { stdout } = await host.run(["bash", "-c", command], { timeoutMs: 180_000 });
    assert.ok(stdout.length > 100, `${place}: nothing was looked at`);
    places.set(place, stdout);
  }
  const outputs = await readOutputs(await stackContext(testStack.name));
  places.set("stack outputs", JSON.stringify(outputs));
  assertNoSecretIn(places, values);
});

test("no secret is on a command line while a point is taken, shipped and everything is put up again", async () => {
  const values = await secrets();
  const sampler = "for i in $(seq 200); do ps axww -o args=; sleep 0.1; done";
  const onHost = host.run(["bash", "-c", sampler], { timeoutMs: 180_000 });
  // Quietly: hundreds of process lists tell a reader of the test nothing.
  const here = runCommand(["bash", "-c", sampler]);
  assert.equal((await npmRun("point", "--stack", testStack.name)).code, 0);
  assert.equal((await npmRun("up", "--stack", testStack.name)).code, 0);
  assert.equal((await npmRun("secrets", "list", "--stack", testStack.name)).code, 0);
  const places = new Map([
    ["process list of the machine", (await onHost).stdout],
    ["process list here", (await here).stdout],
  ]);
  assert.match(
    places.get("process list of the machine") ?? "",
    /kaleem-agent|agent\.mjs/,
    "something was seen",
  );
  assertNoSecretIn(places, values);
});

/** A secret's value as it may stand somewhere: as it is, in base64, or in an address. */
function formsOf(value: string): string[] {
  const buffer = Buffer.from(value);
  return [value, buffer.toString("base64"), buffer.toString("base64url"), encodeURIComponent(value)];
}

function assertNoSecretIn(places: ReadonlyMap<string, string>, values: ReadonlyMap<string, string>): void {
  for (const [key, value] of values) {
    // The access key's id is no secret; it names the key in every request.
    if (key.endsWith("access-key-id")) continue;
    for (const [place, text] of places) {
      assert.ok(!formsOf(value).some((form) => text.includes(form)), `${key} stands in plain in ${place}`);
    }
  }
}

test("22, 80 and 443 answer from outside, and sshd, our units and every container are as hard as they should be", async () => {
  const { findings } = await auditHost(stack, { full: false });
  const wrong = findings.filter(({ passed }) => !passed);
  assert.deepEqual(wrong, []);
  assert.ok(findings.length > 12, "hardly anything was looked at");
});

test("mongo refuses a missing and a wrong password, and takes the right one", async () => {
  const right = (await secrets()).get("kaleem:mongo-app-password") ?? "";
  await throughTunnel(host, "mongo", 27017, async (port) => {
    const ask = async (auth?: { username: string; password: string }): Promise<unknown> => {
      const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, {
        directConnection: true,
        serverSelectionTimeoutMS: 5000,
        ...(auth === undefined ? {} : { auth, authSource: "admin" }),
      });
      try {
        return await client.db("kaleem").collection("orders").countDocuments();
      } finally {
        await client.close();
      }
    };
    await assert.rejects(ask(), /auth/i);
    await assert.rejects(ask({ username: "app", password: "wrong-password-entirely" }), /auth/i);
    assert.equal(typeof (await ask({ username: loginName("app", right), password: right })), "number");
  });
});

test("redis refuses a missing and a wrong password, and takes the right one", async () => {
  const right = (await secrets()).get("kaleem:redis-password") ?? "";
  await throughTunnel(host, "redis", 6379, async (port) => {
    const ask = async (password?: string): Promise<number> => {
      const client = createClient({
        socket: { host: "127.0.0.1", port, reconnectStrategy: false },
        ...(password === undefined ? {} : { password }),
      });
      let refusal: unknown;
      client.on("error", (error: unknown) => (refusal ??= error));
      try {
        await client.connect();
        return await client.dbSize();
      } catch (error) {
        // The first error says why; the call's own may only say that the client is closed.
        throw refusal ?? error;
      } finally {
        if (client.isOpen) client.destroy();
      }
    };
    await assert.rejects(ask(), /NOAUTH/);
    await assert.rejects(ask("wrong-password-entirely"), /WRONGPASS/);
    assert.equal(typeof (await ask(right)), "number");
  });
});

test("rabbitmq's management refuses a missing and a wrong password and the application's, and takes the right one", async () => {
  const values = await secrets();
  await throughTunnel(host, "rabbitmq", 15672, async (port) => {
    const ask = async (login?: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(login ?? "").toString("base64")}`;
      const answer = await fetch(`http://127.0.0.1:${port}/api/overview`, {
        headers: login === undefined ? {} : { authorization },
      });
      await answer.text();
      return answer.status;
    };
    assert.equal(await ask(), 401);
    assert.equal(await ask("guest:guest"), 401);
    assert.equal(await ask("admin:wrong-password-entirely"), 401);
    assert.equal(await ask(`app:${values.get("kaleem:rabbitmq-app-password") ?? ""}`), 401);
    assert.equal(await ask(`admin:${values.get("kaleem:rabbitmq-admin-password") ?? ""}`), 200);
  });
});
