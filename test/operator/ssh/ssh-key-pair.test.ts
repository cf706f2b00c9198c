import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";

describe("sshKeyPair", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kaleem-key-test-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("makes an ed25519 pair whose private half only its owner reads, and leaves nothing else behind", async () => {
    const pair = await sshKeyPair(join(folder, "ssh"));
    assert.match(pair.publicKey, /^ssh-ed25519 [A-Za-z0-9+/]+=* kaleem$/);
    assert.equal((await stat(pair.privateKeyFile)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, "ssh"))).mode & 0o777, 0o700);
    assert.deepEqual((await readdir(join(folder, "ssh"))).sort(), ["id_ed25519", "id_ed25519.pub"]);
  });

  it("never replaces an existing private key", async () => {
    const first = await sshKeyPair(folder);
    const before = await readFile(first.privateKeyFile, "utf8");
    assert.deepEqual(await sshKeyPair(folder), first);
    assert.equal(await readFile(first.privateKeyFile, "utf8"), before);
  });

  it("repairs a loosened mode and a missing or wrong public half", async () => {
    const first = await sshKeyPair(folder);
    await chmod(first.privateKeyFile, 0o644);
    await rm(first.publicKeyFile);
    assert.deepEqual(await sshKeyPair(folder), first);
    assert.equal((await stat(first.privateKeyFile)).mode & 0o777, 0o600);
    await writeFile(first.publicKeyFile, "ssh-ed25519 AAAA other\n");
    await sshKeyPair(folder);
    assert.equal(await readFile(first.publicKeyFile, "utf8"), `${first.publicKey}\n`);
  });

  it("refuses a file that is no key, and does not overwrite it", async () => {
    const file = join(folder, "id_ed25519");
    await writeFile(file, "junk\n");
    await assert.rejects(sshKeyPair(folder), /id_ed25519: ssh-keygen cannot use this key: .*move it away/s);
    assert.equal(await readFile(file, "utf8"), "junk\n");
  });
});
