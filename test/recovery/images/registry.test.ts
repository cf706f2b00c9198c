import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import { Registry } from "../../../recovery/images/registry.ts";
import { FakeRegistry, listType } from "./fake-registry.ts";

let fake: FakeRegistry;
beforeEach(async () => {
  fake = await FakeRegistry.start();
});
afterEach(() => fake.stop());

const open = (credentials: string | null = null) => new Registry(fake.host, { scheme: "http", credentials });

async function all(blob: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("manifests and blobs come byte for byte, with the token that the registry asks for", async () => {
  const { digest, layers } = fake.image("kaleem/api", [300_000]);
  const { bytes, mediaType } = await open().manifest("kaleem/api", digest);
  assert.deepEqual([bytes, mediaType], [fake.things.get(`kaleem/api/${digest}`)?.bytes, listType]);
  const [layer, { bytes: wanted }] = [...fake.things].find(([, thing]) => thing.bytes.length === 300_000) ?? [
    "",
    { bytes: Buffer.alloc(0) },
  ];
  const descriptor = { digest: layer.split("/").at(-1) ?? "", mediaType: "", size: 300_000 };
  assert.deepEqual(await all(open().blob("kaleem/api", descriptor)), wanted);
  assert.deepEqual(wanted, layers[0]);
});

test("other bytes than the digest says are refused, and the last of them are never given", async () => {
  const { digest } = fake.image("kaleem/api", [300_000]);
  fake.instead.set(digest, Buffer.from("{}"));
  await assert.rejects(open().manifest("kaleem/api", digest), /gives another manifest than sha256:/);
  const [layer = ""] = [...fake.things].find(([, { bytes }]) => bytes.length === 300_000) ?? [];
  const descriptor = { digest: layer.split("/").at(-1) ?? "", mediaType: "", size: 300_000 };
  for (const other of [Buffer.alloc(300_000), Buffer.alloc(299_999), Buffer.alloc(900_000)]) {
    fake.instead.set(descriptor.digest, other);
    let given = 0;
    await assert.rejects(async () => {
      for await (const chunk of open().blob("kaleem/api", descriptor)) given += chunk.length;
    }, /gives other bytes than sha256:/);
    assert.ok(given < 300_000, String(given));
  }
});

test("a refusal and an absence are told apart, and no account is said", async () => {
  const { digest } = fake.image("kaleem/api", [10]);
  fake.account = "Basic c2VjcmV0";
  assert.equal((await open("Basic c2VjcmV0").manifest("kaleem/api", digest)).mediaType, listType);
  await assert.rejects(open("Basic d3Jvbmc=").manifest("kaleem/api", digest), (error: Error) => {
    assert.match(error.message, /gives no token for .*run `docker login` on the host, as root$/);
    assert.ok(!error.message.includes("d3Jvbmc="));
    return true;
  });
  fake.account = null;
  await assert.rejects(open().manifest("kaleem/web", digest), /no longer has kaleem\/web/);
  const away = open();
  await fake.stop();
  await assert.rejects(away.manifest("kaleem/api", digest), /does not answer: /);
  fake = await FakeRegistry.start();
});

test("a registry from which nothing comes any more is given up", async () => {
  const silent = createServer((_request, response) => {
    response.writeHead(200, { "content-type": listType });
    response.write("{");
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  try {
    const registry = new Registry(`127.0.0.1:${port}`, { scheme: "http", credentials: null }, 200);
    await assert.rejects(
      registry.manifest("a", `sha256:${"a".repeat(64)}`),
      /does not answer: .*nothing came for 0 s/,
    );
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
