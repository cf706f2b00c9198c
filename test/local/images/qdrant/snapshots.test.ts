import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type Loopback, result, withServer } from "./loopback.ts";

const config = { vectors: { size: 1, distance: "Cosine" } };
const upsert = (server: Loopback, ids: readonly number[]) =>
  server.ask("PUT", "/collections/orders/points?wait=true", {
    points: ids.map((id) => ({ id, vector: [1], payload: { seq: id } })),
  });
const idsOf = async (server: Loopback, name: string) => {
  const definition = result(await server.ask("POST", `/collections/${name}/points/scroll`, { limit: 100 }));
  return (definition as { points: { id: number }[] }).points.map(({ id }) => id);
};

interface Made {
  readonly name: string;
  readonly checksum: string;
  readonly size: number;
}

/** A snapshot of points 1 and 2; point 3 came later. */
async function snapshotted(server: Loopback): Promise<Made> {
  result(await server.ask("PUT", "/collections/orders", config));
  result(await upsert(server, [1, 2]));
  const made = result(await server.ask("POST", "/collections/orders/snapshots?wait=true")) as Made;
  result(await upsert(server, [3]));
  return made;
}

async function download(server: Loopback, name: string): Promise<string> {
  const { status, body } = await server.ask("GET", `/collections/orders/snapshots/${name}`);
  assert.equal(status, 200);
  return typeof body === "string" ? body : JSON.stringify(body);
}

test("a snapshot is listed with its checksum, downloaded whole, and deleted", async () => {
  await withServer(async (server) => {
    const made = await snapshotted(server);
    assert.deepEqual(result(await server.ask("GET", "/collections/orders/snapshots")), [made]);
    const content = await download(server, made.name);
    assert.equal(createHash("sha256").update(content).digest("hex"), made.checksum);
    assert.equal(Buffer.byteLength(content), made.size);
    result(await server.ask("DELETE", `/collections/orders/snapshots/${made.name}`));
    assert.deepEqual(result(await server.ask("GET", "/collections/orders/snapshots")), []);
    assert.equal((await server.ask("GET", `/collections/orders/snapshots/${made.name}`)).status, 404);
  });
});

test("an uploaded snapshot goes back with its checksum, into the collection and into a new one", async () => {
  await withServer(async (server) => {
    const made = await snapshotted(server);
    const content = await download(server, made.name);
    for (const name of ["orders", "copy"]) {
      const form = new FormData();
      form.append("snapshot", new Blob([content]), made.name);
      const query = `priority=snapshot&checksum=${made.checksum}&wait=true`;
      assert.equal(
        result(await server.ask("POST", `/collections/${name}/snapshots/upload?${query}`, form)),
        true,
      );
      assert.deepEqual(await idsOf(server, name), [1, 2], name);
    }
  });
});

test("a snapshot with another checksum is refused, and the collection stays", async () => {
  await withServer(async (server) => {
    const made = await snapshotted(server);
    const location = `file://${join(server.directory, "snapshots/orders", made.name)}`;
    const recover = (checksum: string) =>
      server.ask("PUT", "/collections/orders/snapshots/recover?wait=true", {
        location,
        priority: "snapshot",
        checksum,
      });
    const wrong = "0".repeat(64);
    assert.deepEqual(await recover(wrong), {
      status: 400,
      body: {
        status: { error: `Checksum mismatch: expected ${wrong}, actual ${made.checksum}` },
        time: 0,
      },
    });
    assert.deepEqual(await idsOf(server, "orders"), [1, 2, 3]);
    assert.equal(result(await recover(made.checksum)), true);
    assert.deepEqual(await idsOf(server, "orders"), [1, 2]);
  });
});

test("a location outside the snapshots directory, and one that is no URL, are refused", async () => {
  await withServer(async (server) => {
    await snapshotted(server);
    const outside = join(server.directory, "outside.snapshot");
    await writeFile(outside, "{}");
    const says = async (location: string) => {
      const reply = await server.ask("PUT", "/collections/orders/snapshots/recover", { location });
      return [reply.status, (reply.body as { status: { error: string } }).status.error];
    };
    assert.deepEqual(await says(`file://${outside}`), [
      403,
      `Forbidden: Snapshot file ${outside} must be inside the snapshots directory`,
    ]);
    assert.deepEqual(await says("/qdrant/snapshots/x"), [
      400,
      "Format error in JSON body: location: not a URL: /qdrant/snapshots/x",
    ]);
    assert.deepEqual(await says("http://127.0.0.1/x"), [
      400,
      "Wrong input: the stand-in takes file:// locations only",
    ]);
  });
});

test("a snapshot of other vectors does not go into a collection", async () => {
  await withServer(async (server) => {
    const made = await snapshotted(server);
    result(await server.ask("PUT", "/collections/wide", { vectors: { size: 2, distance: "Cosine" } }));
    const location = `file://${join(server.directory, "snapshots/orders", made.name)}`;
    const reply = await server.ask("PUT", "/collections/wide/snapshots/recover", { location });
    assert.equal(
      (reply.body as { status: { error: string } }).status.error,
      "Wrong input: Snapshot is not compatible with existing collection: vector size 1, expected 2",
    );
  });
});
