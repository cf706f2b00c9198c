import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { loginKey } from "../../../components/host/private-key.ts";

const folder = mkdtempSync(join(tmpdir(), "private-key-"));
const none = {};
const agent = { SSH_AUTH_SOCK: "/run/agent" };
let number = 0;

function file(content: string, mode = 0o600): string {
  const path = join(folder, `key-${number++}`);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** A key in OpenSSH's own form, as far as it stands in plain. */
function openssh(type: string, cipher = "none"): string {
  const field = (bytes: Buffer | string) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(bytes));
    return Buffer.concat([length, Buffer.from(bytes)]);
  };
  const one = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...[field(cipher), field(cipher === "none" ? "none" : "bcrypt"), field(""), one],
    ...[field(Buffer.concat([field(type), field("x".repeat(32))])), field("private")],
  ]).toString("base64");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.replaceAll(/.{70}/g, "$&\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

const pem = (options: object) =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", ...options },
  }).privateKey;

test("a key without a passphrase is taken as it is, of whatever kind and form", () => {
  for (const text of [openssh("ssh-ed25519"), openssh("ssh-rsa"), openssh("ecdsa-sha2-nistp256"), pem({})])
    assert.deepEqual(loginKey(file(text), none), { kind: "text", text });
});

test("a key with a passphrase is left to the agent, and without one is told how to start it", () => {
  const passphrase = { cipher: "aes-256-cbc", passphrase: "x" };
  for (const text of [
    openssh("ssh-ed25519", "aes256-ctr"),
    pem(passphrase),
    pem({ type: "pkcs1", ...passphrase }),
  ]) {
    const path = file(text);
    assert.deepEqual(loginKey(path, agent), { kind: "agent" });
    for (const environment of [none, { SSH_AUTH_SOCK: "" }])
      assert.throws(() => loginKey(path, environment), {
        message: `host: privateKeyFile: ${path} has a passphrase and no SSH agent is running; run: eval "$(ssh-agent)" && ssh-add ${path}, or name a key without one`,
      });
  }
});

for (const [what, content, sentence] of [
  ["a public key", "ssh-ed25519 AAAAC3Nz me\n", /is a public key; name its private half/],
  [
    "PuTTY's form",
    "PuTTY-User-Key-File-3: ssh-ed25519\n",
    /is a key in PuTTY's form; convert it with: puttygen/,
  ],
  ["no key", "hello\n", /is no private key/],
  ["an empty file", "\n", /is empty; name the private half/],
  ["DSA", "-----BEGIN DSA PRIVATE KEY-----\n", /is a DSA key, which no sshd takes any more/],
  ["DSA in OpenSSH's form", openssh("ssh-dss"), /is a DSA key, which no sshd takes any more/],
  ["a hardware token's", openssh("sk-ssh-ed25519@openssh.com"), /belongs to a hardware token/],
] as const)
  test(`one sentence says what cannot log in: ${what}`, () => {
    assert.throws(() => loginKey(file(content), agent), sentence);
  });

test("a key that is missing, or that others may read, is said before ssh does", () => {
  assert.throws(
    () => loginKey(join(folder, "nothing"), none),
    /nothing cannot be read \(ENOENT\); name the private half/,
  );
  const path = file(openssh("ssh-ed25519"), 0o644);
  assert.throws(() => loginKey(path, none), {
    message: `host: privateKeyFile: ${path} may be read by others, so ssh refuses it; run: chmod 600 ${path}`,
  });
});

test(
  "what ssh-keygen really makes is read the same",
  { skip: spawnSync("ssh-keygen", ["-?"]).error !== undefined },
  () => {
    const make = (name: string, ...options: string[]) => {
      const path = join(folder, name);
      assert.equal(spawnSync("ssh-keygen", ["-q", "-f", path, ...options]).status, 0);
      return path;
    };
    assert.equal(loginKey(make("plain", "-t", "ed25519", "-N", ""), none).kind, "text");
    assert.equal(loginKey(make("locked", "-t", "ecdsa", "-N", "secret"), agent).kind, "agent");
    assert.equal(loginKey(make("pem", "-t", "rsa", "-m", "PEM", "-N", "secret"), agent).kind, "agent");
  },
);
