import assert from "node:assert/strict";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { knownKey, pinHostKey, withKnownKey } from "../../../operator/ssh/known-hosts.ts";
import { knownHostsPattern } from "../../../operator/ssh/ssh-target.ts";

const other = "[127.0.0.1]:20020 ssh-ed25519 BBBB\n";

test("names a host as ssh does", () => {
  assert.equal(knownHostsPattern({ address: "127.0.0.1", port: 20010 }), "[127.0.0.1]:20010");
  assert.equal(knownHostsPattern({ address: "203.0.113.7", port: 22 }), "203.0.113.7");
});

test("pins one key a host and keeps the other hosts", () => {
  const once = withKnownKey(other, "[127.0.0.1]:20010", "ssh-ed25519 AAAA");
  const twice = withKnownKey(once, "[127.0.0.1]:20010", "ssh-ed25519 CCCC");
  assert.equal(twice, `${other}[127.0.0.1]:20010 ssh-ed25519 CCCC\n`);
  assert.equal(knownKey(twice, "[127.0.0.1]:20010"), "ssh-ed25519 CCCC");
});

test("forgets a host whose machine is gone", () => {
  const pinned = withKnownKey(other, "[127.0.0.1]:20010", "ssh-ed25519 AAAA");
  assert.equal(withKnownKey(pinned, "[127.0.0.1]:20010", undefined), other);
  assert.equal(knownKey(other, "[127.0.0.1]:20010"), undefined);
});

test("writes the file when there is none, for nobody else to read, and not again for the same key", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "known-hosts-")), "ssh", "known_hosts");
  await pinHostKey(file, "[127.0.0.1]:20010", "ssh-ed25519 AAAA");
  const first = await stat(file);
  assert.equal(first.mode & 0o777, 0o600);
  await pinHostKey(file, "[127.0.0.1]:20010", "ssh-ed25519 AAAA");
  assert.equal((await stat(file)).mtimeMs, first.mtimeMs);
  await pinHostKey(file, "[127.0.0.1]:20010", "ssh-ed25519 CCCC");
  assert.equal(await readFile(file, "utf8"), "[127.0.0.1]:20010 ssh-ed25519 CCCC\n");
});
