import assert from "node:assert/strict";
import { test } from "node:test";
import { N8nClient } from "../../../catalog/n8n/n8n-client.ts";
import { n8nRecovery } from "../../../catalog/n8n/recovery.ts";
import { startStub, type StubN8n } from "./stub-n8n.ts";

const password = "the-present-password";
const marks = ["20261121T140500Z-1f3a", "20261121T141000Z-2b4c"] as const;

async function withStub(use: (client: N8nClient, stub: StubN8n) => Promise<void>, given = password) {
  const stub = await startStub(password);
  try {
    await use(new N8nClient({ host: "127.0.0.1", secrets: { "owner-password": given } }, stub.port), stub);
  } finally {
    stub.stop();
  }
}

test("the canary is one tag, renamed each time; people's tags are left alone", async () => {
  await withStub(async (client, stub) => {
    assert.equal(await n8nRecovery.canary.read(client), null);
    for (const mark of marks) await n8nRecovery.canary.write(client, mark);
    assert.equal(await n8nRecovery.canary.read(client), marks[1]);
    assert.deepEqual([...stub.tags.values()], ["customers", marks[1]]);
  });
});

test("a mark that n8n would not take as a tag is refused before it is written", async () => {
  await withStub(async (client, stub) => {
    await assert.rejects(n8nRecovery.canary.write(client, "a mark of a person's own"), {
      message: 'n8n: expected a mark such as 20261121T140500Z-1f3a, got "a mark of a person\'s own"',
    });
    assert.equal(stub.tags.size, 1);
  });
});

test("logs in once a connection, and says its version", async () => {
  await withStub(async (client, stub) => {
    await client.ready();
    assert.equal(stub.logins, 0);
    assert.equal(await n8nRecovery.version(client), "2.41.3");
    await n8nRecovery.setup(client);
    await n8nRecovery.resetUsers(client);
    assert.equal(stub.logins, 1);
  });
});

test("an owner's password of another time is refused in n8n's words, and the password is in none", async () => {
  await withStub(async (client) => {
    await assert.rejects(n8nRecovery.resetUsers(client), (error: Error) => {
      assert.match(
        error.message,
        /^n8n: POST \/rest\/login was answered with 401: .*Wrong username or password/,
      );
      assert.ok(!error.message.includes("an-older-password"));
      return true;
    });
  }, "an-older-password");
});

test("too many logins are said to be that", async () => {
  await withStub(async (client, stub) => {
    stub.logins = 5;
    await assert.rejects(
      n8nRecovery.setup(client),
      /answered with 429: .*\(n8n accepts five logins a minute; try again in a minute\)$/,
    );
  });
});
