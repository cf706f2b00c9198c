import assert from "node:assert/strict";
import { test } from "node:test";
import { hostPattern, knownKey, withKnownKey } from "../../../local/machine/known-hosts.ts";

const other = "[127.0.0.1]:20020 ssh-ed25519 BBBB\n";

test("names a host as ssh does", () => {
  assert.equal(hostPattern("127.0.0.1", 20010), "[127.0.0.1]:20010");
  assert.equal(hostPattern("203.0.113.7", 22), "203.0.113.7");
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
