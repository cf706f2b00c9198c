import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  dumpCollections,
  judgeVersions,
  loadCollections,
  selectCollections,
  statedByCollections,
} from "../../../catalog/qdrant/portable.ts";
import { differencesFrom } from "../../../catalog/portable/stated.ts";
import { qdrantInventory } from "../../../catalog/qdrant/inventory.ts";
import { QdrantClient } from "../../../catalog/qdrant/qdrant-client.ts";
import { apiKey, type Loopback, result, withServer } from "../../local/images/qdrant/loopback.ts";
import { sourceOf } from "../support/portable-source.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-qdrant-"));
after(() => rmSync(folder, { recursive: true }));

const odd = "طلبات a-b";
const clientOf = ({ port }: Loopback): QdrantClient =>
  new QdrantClient({ host: "127.0.0.1", secrets: { "api-key": apiKey } }, port);

async function populate({ ask }: Loopback): Promise<void> {
  for (const [name, count] of [
    [odd, 30],
    ["second", 3],
    ["canary", 1],
  ] as const) {
    const path = `/collections/${encodeURIComponent(name)}`;
    result(await ask("PUT", path, { vectors: { size: 4, distance: "Cosine" } }));
    const points = Array.from({ length: count }, (_, id) => ({ id, vector: [1, id, 0, 1], payload: { id } }));
    result(await ask("PUT", `${path}/points?wait=true`, { points }));
  }
  const alias = { create_alias: { alias_name: "latest", collection_name: odd } };
  result(await ask("POST", "/collections/aliases", { actions: [alias] }));
}

async function dumped(server: Loopback): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of dumpCollections(clientOf(server))) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* of(content: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield content;
}

test("what is dumped says what it holds, leaves no snapshot on the server, and loads into an empty one", async () => {
  let content: Buffer = Buffer.alloc(0);
  await withServer(async (server) => {
    await populate(server);
    content = await dumped(server);
    for (const name of [odd, "second"]) {
      const listed = await clientOf(server).ask("GET", `/collections/${encodeURIComponent(name)}/snapshots`);
      assert.deepEqual(listed, []);
    }
  });
  const stated = await statedByCollections(of(content));
  assert.deepEqual(stated.parts, ["second", odd]);
  assert.equal(stated.stated.find(({ path }) => path === "collection/second/points")?.count, 3);
  const file = join(folder, "qdrant.tar");
  writeFileSync(file, content);
  await withServer(async (server) => {
    const client = clientOf(server);
    await loadCollections(client, sourceOf({ store: "qdrant", parts: stated.parts }), file);
    const inventory = await qdrantInventory(client, { bytes: 2 ** 30, ms: 60_000 }, []);
    assert.deepEqual(differencesFrom(stated.stated, inventory), []);
    assert.deepEqual(
      Object.keys(inventory.entries).filter((path) => path.includes("canary")),
      [],
    );
  });
});

test("one collection of an archive is loaded with the aliases to it, and the others stay as they are", async () => {
  let content: Buffer | undefined;
  await withServer(async (server) => {
    await populate(server);
    content = await dumped(server);
  });
  assert.ok(content);
  const whole = sourceOf({ store: "qdrant", ...(await statedByCollections(of(content))) });
  const { missing, known, ...one } = selectCollections(whole, [odd, "third"]);
  assert.deepEqual([missing, known, one.parts], [["third"], ["second", odd], [odd]]);
  const file = join(folder, "one.tar");
  writeFileSync(file, content);
  await withServer(async (server) => {
    const client = clientOf(server);
    result(await server.ask("PUT", "/collections/second", { vectors: { size: 2, distance: "Cosine" } }));
    await loadCollections(client, { ...whole, ...one }, file);
    const inventory = await qdrantInventory(client, { bytes: 2 ** 30, ms: 60_000 }, []);
    assert.deepEqual(differencesFrom(one.stated, inventory), []);
    assert.equal(inventory.entries["collection/second/points"]?.count, 0);
    assert.deepEqual(
      one.stated.map(({ kind, count }) => [kind, count]),
      [
        ["collections", undefined],
        ["points", 30],
        ["aliases", undefined],
      ],
    );
  });
});

test("an archive that was cut off, or of which a snapshot changed, is refused", async () => {
  await withServer(async (server) => {
    await populate(server);
    const content = await dumped(server);
    await assert.rejects(statedByCollections(of(content.subarray(0, content.length - 4096))), /was cut off/);
    const changed = Buffer.from(content);
    const at = changed.indexOf('"points":');
    assert.ok(at > 0);
    changed[at + 1] = "P".charCodeAt(0);
    await assert.rejects(
      statedByCollections(of(changed)),
      /^Error: is damaged: the snapshot of .* is not the one that was made$/,
    );
  });
});

test("a snapshot goes only into its own minor version", () => {
  assert.deepEqual(judgeVersions("qdrant.tar", "1.19.0", "1.19.2"), []);
  for (const here of ["1.18.9", "1.20.0", "2.19.0"])
    assert.match(
      judgeVersions("qdrant.tar", "1.19.0", here).join(),
      /^qdrant: qdrant\.tar is of Qdrant 1\.19\.0, and here is /,
    );
  assert.equal(judgeVersions("qdrant.tar", "1.19.3", "1.19.2").length, 1);
});
