import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { readTar } from "../../../catalog/portable/tar.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-tar-"));
after(() => rmSync(folder, { recursive: true }));
const files: Readonly<Record<string, Buffer>> = {
  "minio/receipts/a.json": Buffer.from("{}"),
  "minio/receipts/empty": Buffer.alloc(0),
  "minio/receipts/block": Buffer.alloc(512, 7),
  "minio/receipts/فاتورة ١.pdf": Buffer.from("عربي"),
  [`minio/receipts/${"long/".repeat(30)}${"n".repeat(120)}`]: Buffer.alloc(2_500_000, 3),
};
for (const [name, content] of Object.entries(files)) {
  mkdirSync(join(folder, dirname(name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}
symlinkSync("/etc/passwd", join(folder, "minio/receipts/link"));

const packed = (format: string): Buffer =>
  execFileSync("tar", ["--create", `--format=${format}`, "--directory", folder, "minio"], {
    maxBuffer: 2 ** 26,
  });
async function read(bytes: Buffer, piece = 65_536): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const source = (async function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  })();
  for await (const file of readTar(source)) {
    const pieces: Buffer[] = [];
    for await (const one of file.content()) pieces.push(Buffer.from(one));
    found.set(file.name, Buffer.concat(pieces));
  }
  return found;
}

for (const format of ["posix", "gnu"])
  test(`files of the format ${format} are read with any name and size; links and folders are passed by`, async () => {
    const found = await read(packed(format));
    assert.deepEqual([...found.keys()].sort(), Object.keys(files).sort());
    for (const [name, content] of Object.entries(files)) assert.ok(found.get(name)?.equals(content), name);
  });

test("content that nobody reads is passed by", async () => {
  const source = (async function* () {
    yield packed("posix");
  })();
  const names: string[] = [];
  for await (const { name } of readTar(source)) names.push(name);
  assert.equal(names.length, Object.keys(files).length);
});

test("an archive that was cut off, and what is none, are refused in words", async () => {
  const whole = packed("posix");
  for (const length of [100, 700, 1_000_000])
    await assert.rejects(
      read(whole.subarray(0, length)),
      /^Error: was cut off: it ends after/,
      String(length),
    );
  await assert.rejects(
    read(Buffer.alloc(2_048, "x")),
    /^Error: is no tar archive, or is damaged before byte 512$/,
  );
});
