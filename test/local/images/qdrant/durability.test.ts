import assert from "node:assert/strict";
import { appendFile, cp, mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { decodeLog, encodeRecord } from "../../../../local/images/qdrant/server/log-record.ts";
import { OperationLog } from "../../../../local/images/qdrant/server/operation-log.ts";
import { Storage } from "../../../../local/images/qdrant/server/storage.ts";
import { type Loopback, result, start, withDirectory } from "./loopback.ts";

const config = { vectors: { size: 1, distance: "Cosine" as const } };
const point = (id: number) => ({ id, vector: [1], payload: { seq: id } });
const logOf = (directory: string) => join(directory, "collections/orders/operations.log");

async function ids(directory: string): Promise<(string | number)[]> {
  const storage = await Storage.open(directory);
  const found = storage
    .collection("orders")
    .sorted()
    .map(({ point: { id } }) => id);
  await storage.close();
  return found;
}

/** Ten points, one operation each; closed. */
async function tenPoints(directory: string): Promise<void> {
  const storage = await Storage.open(directory);
  const orders = await storage.create("orders", config);
  await Promise.all(Array.from({ length: 10 }, (_, id) => orders.change({ upsert: [point(id)] })));
  await storage.close();
}

const ten = Array.from({ length: 10 }, (_, id) => id);

test("a restart finds what was there, aliases too", async () => {
  await withDirectory(async (directory) => {
    const use = async (work: (server: Loopback) => Promise<void>) => {
      const server = await start(directory);
      await work(server);
      await server.stop();
    };
    await use(async ({ ask }) => {
      result(await ask("PUT", "/collections/orders", config));
      result(await ask("PUT", "/collections/orders/points?wait=true", { points: [point(1), point(2)] }));
      result(await ask("POST", "/collections/orders/points/delete?wait=true", { points: [1] }));
      const create_alias = { alias_name: "now", collection_name: "orders" };
      result(await ask("POST", "/collections/aliases", { actions: [{ create_alias }] }));
    });
    await use(async ({ ask }) => {
      const found = result(await ask("POST", "/collections/now/points", { ids: [1, 2] }));
      assert.deepEqual(found, [{ id: 2, payload: { seq: 2 } }]);
    });
  });
});

test("a write that was cut off is cut away, and what came before it is kept, wherever the cut is", async () => {
  await withDirectory(async (directory) => {
    await tenPoints(directory);
    const whole = await readFile(logOf(directory));
    const lastBegins = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (const length of [lastBegins, lastBegins + 1, lastBegins + 12, whole.length - 1]) {
      await writeFile(logOf(directory), whole);
      await truncate(logOf(directory), length);
      assert.deepEqual(await ids(directory), ten.slice(0, 9), `cut at ${length}`);
      assert.equal((await readFile(logOf(directory))).length, lastBegins);
    }
  });
});

test("what is written after a cut is found again", async () => {
  await withDirectory(async (directory) => {
    await tenPoints(directory);
    await appendFile(logOf(directory), 'deadbeef {"upsert":[{"id":99,"vec');
    const storage = await Storage.open(directory);
    await storage.collection("orders").change({ upsert: [point(10)] });
    await storage.close();
    assert.deepEqual(await ids(directory), [...ten, 10]);
  });
});

test("damage before good records is not papered over", async () => {
  await withDirectory(async (directory) => {
    await tenPoints(directory);
    const bytes = await readFile(logOf(directory));
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await writeFile(logOf(directory), bytes);
    await assert.rejects(
      Storage.open(directory),
      /operations\.log: damaged at byte 0, with good records after it$/,
    );
  });
});

test("a copy of the files taken in the middle of writing holds everything acknowledged before it", async () => {
  await withDirectory(async (directory) => {
    const source = join(directory, "live");
    await mkdir(source);
    const storage = await Storage.open(source);
    const orders = await storage.create("orders", config);
    let acknowledged = 0;
    const stop = new AbortController();
    const writing = (async () => {
      for (let id = 0; !stop.signal.aborted; id++) {
        await orders.change({ upsert: [point(id)] });
        acknowledged = id + 1;
      }
    })();
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const before = acknowledged;
      const copy = join(directory, `copy-${round}`);
      await cp(source, copy, { recursive: true });
      const found = await ids(copy);
      assert.ok(found.length >= before && before > 0, `${found.length} of ${before}`);
      assert.deepEqual(found, [...found.keys()]);
    }
    stop.abort();
    await writing;
    await storage.close();
  });
});

test("a collection that was being made or removed at a crash is not there, and its directory goes", async () => {
  await withDirectory(async (directory) => {
    await tenPoints(directory);
    await mkdir(join(directory, "collections/half-made"));
    await cp(join(directory, "collections/orders"), join(directory, "collections/.deleted-1-gone"), {
      recursive: true,
    });
    const storage = await Storage.open(directory);
    assert.deepEqual(
      storage.collections.map(({ name }) => name),
      ["orders"],
    );
    await storage.close();
    assert.deepEqual(await readdir(join(directory, "collections")), ["orders"]);
  });
});

test("a log about one point that changed often is made short at the next start", async () => {
  await withDirectory(async (directory) => {
    const storage = await Storage.open(directory);
    const orders = await storage.create("orders", config);
    const changes = Array.from({ length: 1_500 }, (_, seq) => ({ ...point(1), payload: { seq } }));
    await Promise.all(changes.map((changed) => orders.change({ upsert: [changed] })));
    await storage.close();
    assert.deepEqual(await ids(directory), [1]);
    const { values } = decodeLog(await readFile(logOf(directory)));
    assert.deepEqual(values, [{ upsert: [{ ...point(1), payload: { seq: 1_499 } }] }]);
  });
});

test("appends that wait together are all durable, in their order", async () => {
  await withDirectory(async (directory) => {
    const path = join(directory, "log");
    const { log } = await OperationLog.open(path);
    await Promise.all(ten.map((id) => log.append({ delete: [id] })));
    assert.equal(await readFile(path, "utf8"), ten.map((id) => encodeRecord({ delete: [id] })).join(""));
    await log.close();
  });
});
