import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";
import { z } from "zod";

/** One password of a restic repository, as it lies below `keys/`. */
const keyFileSchema = z.object({
  kdf: z.literal("scrypt"),
  N: z
    .number()
    .int()
    .positive()
    .max(2 ** 24),
  r: z.number().int().positive().max(64),
  p: z.number().int().positive().max(64),
  salt: z.base64(),
  data: z.base64(),
});

const masterSchema = z.object({ mac: z.object({ k: z.base64(), r: z.base64() }), encrypt: z.base64() });

/** Encrypts and authenticates everything in a repository. */
interface ResticKey {
  /** Of AES-256-CTR. */
  readonly encrypt: Buffer;
  /** Of the AES-128 that makes Poly1305's pad from a nonce, and Poly1305's own. */
  readonly k: Buffer;
  readonly r: Buffer;
}

/**
 * A repository's master key, by one of its passwords; null when it is not that one's. As restic reads it (its design document, "Keys,
 * Encryption and MAC"), so that no restic need be on this computer.
 * @param text A file of `keys/`. @throws ZodError or SyntaxError when it is none
 */
export function openResticKey(text: string, password: string): ResticKey | null {
  const { N, r, p, salt, data } = keyFileSchema.parse(JSON.parse(text));
  const derived = scryptSync(password, Buffer.from(salt, "base64"), 64, { N, r, p, maxmem: 256 * N * r });
  const own = { encrypt: derived.subarray(0, 32), k: derived.subarray(32, 48), r: derived.subarray(48, 64) };
  const plain = openResticText(own, Buffer.from(data, "base64"));
  if (plain === null) return null;
  const { mac, encrypt } = masterSchema.parse(JSON.parse(plain.toString("utf8")));
  return {
    encrypt: Buffer.from(encrypt, "base64"),
    k: Buffer.from(mac.k, "base64"),
    r: Buffer.from(mac.r, "base64"),
  };
}

/** What a key has encrypted: nonce, text, MAC. Null when it is another key's, or was altered. */
export function openResticText(key: ResticKey, sealed: Uint8Array): Buffer | null {
  if (sealed.length < 32) return null;
  const nonce = sealed.subarray(0, 16);
  const text = sealed.subarray(16, -16);
  const pad = createCipheriv("aes-128-ecb", key.k, null).setAutoPadding(false).update(nonce);
  if (!poly1305(text, key.r, pad).equals(Buffer.from(sealed.subarray(-16)))) return null;
  return createDecipheriv("aes-256-ctr", key.encrypt, nonce).update(text);
}

const prime = (1n << 130n) - 5n;
const clamp = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** Poly1305 (RFC 8439, 2.5), for texts of a few hundred bytes: not in constant time, which nobody can measure here. */
export function poly1305(text: Uint8Array, r: Uint8Array, pad: Uint8Array): Buffer {
  const multiplier = little(r) & clamp;
  let sum = 0n;
  for (let at = 0; at < text.length; at += 16) {
    const block = text.subarray(at, at + 16);
    sum = ((sum + little(block) + (1n << BigInt(8 * block.length))) * multiplier) % prime;
  }
  const tag = (sum + little(pad)) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, "0"), "hex").reverse();
}

/** The number that bytes are, the lowest first. */
function little(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
}
