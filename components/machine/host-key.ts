import { createPrivateKey, createPublicKey } from "node:crypto";

/** An SSH key pair: the public half as authorized_keys has it, the private one as OpenSSH keeps it. */
export interface SshKey {
  readonly publicKey: string;
  readonly privateKey: string;
}

const type = "ssh-ed25519";
/** What stands before the seed in the PKCS #8 form of an Ed25519 key (RFC 8410). */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The Ed25519 key of a seed of 32 bytes. In OpenSSH's own form (PROTOCOL.key), not PKCS #8, which sshd reads only since 9.6 and
 * Debian 12 has 9.2. The same seed gives the same text, so that a second run changes nothing. Pure.
 */
export function sshKeyOf(seed: Buffer, comment: string): SshKey {
  if (seed.length !== 32) throw new Error(`host key: expected a seed of 32 bytes, got ${seed.length}`);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
  const raw = Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
  const publicBlob = Buffer.concat([field(type), field(raw)]);
  // Both are alike when the rest was decrypted rightly; nothing is encrypted here, so that any number will do; not one of the seed.
  const check = number(0x6b616c65);
  const secret = Buffer.concat([check, check, publicBlob, field(Buffer.concat([seed, raw])), field(comment)]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, (8 - (secret.length % 8)) % 8);
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"), // cipher
    field("none"), // how its key would be derived
    field(""),
    number(1), // keys
    field(publicBlob),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    publicKey: `${type} ${publicBlob.toString("base64")}`,
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
  };
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
