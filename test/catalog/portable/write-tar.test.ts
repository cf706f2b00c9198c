import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { readTar } from "../../../catalog/portable/tar.ts";
import { writeTar, type TarContent } from "../../../catalog/portable/write-tar.ts";

const long = `minio/invoices/${"صندوق/".repeat(60)}a.txt`;
const files: readonly TarContent[] = [
  { name: "a.json", size: 2, content: [Buffer.from("{"), Buffer.from("}")] },
  { name: "empty", size: 0, content: [] },
  { name: long, size: 1024, content: [Buffer.alloc(1024, 7)] },
];

async function* of(given: readonly TarContent[]): AsyncGenerator<TarContent> {
  await Promise.resolve();
  yield* given;
}

async function archive(given: readonly TarContent[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeTar(of(given))) pieces.push(piece);
  return Buffer.concat(pieces);
}

test("what is written reads back, long names of any letters and empty files too", async () => {
  const found: [string, number][] = [];
  const written = await archive(files);
  for await (const file of readTar(
    (async function* () {
      await Promise.resolve();
      yield written;
    })(),
  )) {
    let bytes = 0;
    for await (const piece of file.content()) bytes += piece.length;
    found.push([file.name, bytes]);
  }
  assert.deepEqual(
    found,
    files.map(({ name, size }) => [name, size]),
  );
});

test("tar itself lists it, and finds nothing wrong", async () => {
  const { stdout, stderr, status } = spawnSync("tar", ["--list", "--quoting-style=literal"], {
    input: await archive(files),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  assert.equal(stdout, `${files.map(({ name }) => name).join("\n")}\n`);
});

test("equal files make equal bytes, so that only what changed is stored anew", async () => {
  assert.ok((await archive(files)).equals(await archive(files)));
});

test("a file that changes while it is read is refused", async () => {
  await assert.rejects(archive([{ name: "a", size: 3, content: [Buffer.from("four")] }]), {
    message: "changed while it was read: a had 3 bytes, and then 4",
  });
});
