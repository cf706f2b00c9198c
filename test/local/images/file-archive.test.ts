import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileArchive } from "../../../local/images/file-archive.ts";

const files = [
  { name: "keys/root-user", content: "x".repeat(513), mode: 0o400, owner: 1000 },
  { name: "authorized_keys", content: "ssh-ed25519 AAAA\n", mode: 0o600, owner: 0 },
];

test("tar reads names, modes, owners and sizes back", () => {
  const listing = execFileSync("tar", ["--numeric-owner", "--utc", "-tvf", "-"], {
    input: fileArchive(files),
  });
  assert.deepEqual(listing.toString().trim().replace(/ +/g, " ").split("\n"), [
    "-r-------- 1000/1000 513 1970-01-01 00:00 keys/root-user",
    "-rw------- 0/0 17 1970-01-01 00:00 authorized_keys",
  ]);
});

test("tar reads the content back", () => {
  const content = execFileSync("tar", ["-xOf", "-", "authorized_keys"], { input: fileArchive(files) });
  assert.equal(content.toString(), "ssh-ed25519 AAAA\n");
});
