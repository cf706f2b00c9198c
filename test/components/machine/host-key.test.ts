import assert from "node:assert/strict";
import test from "node:test";
import ssh2 from "ssh2";
import { parse } from "yaml";
import { hostKeyAdvice } from "../../../components/config/host-key.ts";
import { sshKeyOf } from "../../../components/machine/host-key.ts";
import { userData } from "../../../components/machine/user-data.ts";

const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");

test("a seed gives the key of RFC 8032's first vector, both halves alike to another reader", () => {
  const { publicKey, privateKey } = sshKeyOf(seed, "machine-1");
  const read = ssh2.utils.parseKey(privateKey);
  assert.ok(!(read instanceof Error));
  assert.equal(read.type, "ssh-ed25519");
  assert.equal(read.comment, "machine-1");
  assert.equal(`ssh-ed25519 ${read.getPublicSSH().toString("base64")}`, publicKey);
  const signed = read.sign(Buffer.from("hello"));
  const other = ssh2.utils.parseKey(publicKey);
  assert.ok(!(other instanceof Error) && !(signed instanceof Error));
  assert.equal(other.verify(Buffer.from("hello"), signed), true);
  assert.equal(hostKeyAdvice(publicKey), undefined);
});

test("the same seed gives the same text, whatever the length of its comment", () => {
  for (const comment of ["", "a", "machine-12", "x".repeat(17)]) {
    assert.deepEqual(sshKeyOf(seed, comment), sshKeyOf(seed, comment));
    assert.ok(!(ssh2.utils.parseKey(sshKeyOf(seed, comment).privateKey) instanceof Error), comment);
  }
  assert.throws(() => sshKeyOf(seed.subarray(1), ""), /expected a seed of 32 bytes, got 31/);
});

test("cloud-init is told the host key, and by which serial number the data volume is known", () => {
  const key = sshKeyOf(seed, "machine-1");
  const text = userData(key, "vol-0123456789abcdef0");
  assert.ok(text.startsWith("#cloud-config\n"), "cloud-init takes it for nothing without this line");
  const told = parse(text) as Record<string, unknown>;
  assert.deepEqual(told["ssh_keys"], { ed25519_private: key.privateKey, ed25519_public: key.publicKey });
  const [rule] = told["write_files"] as { content: string }[];
  assert.equal(
    rule?.content,
    'KERNEL=="nvme*n*", ENV{DEVTYPE}=="disk", ATTRS{serial}=="vol0123456789abcdef0", SYMLINK+="disk/by-id/kaleem-data"\n',
  );
});
