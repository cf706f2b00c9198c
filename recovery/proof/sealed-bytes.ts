import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Bytes that were sealed with a key: what it takes to open them, but for the key. */
export interface SealedBytes {
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly body: Buffer;
}

/**
 * Seals bytes (AES-256-GCM): who has not the key reads nothing of them, and cannot change them unseen.
 * @param beside Bytes that stay in clear, and cannot be changed unseen either.
 */
export function sealBytes(bytes: Buffer, key: Buffer, beside = Buffer.alloc(0)): SealedBytes {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(beside);
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return { nonce, tag: cipher.getAuthTag(), body };
}

/** Null for what was sealed with another key, or was changed: node says so by an error without a code. */
export function openBytes(
  { nonce, tag, body }: SealedBytes,
  key: Buffer,
  beside = Buffer.alloc(0),
): Buffer | null {
  if (tag.length !== 16 || nonce.length !== 12) return null;
  const work = createDecipheriv("aes-256-gcm", key, nonce).setAAD(beside).setAuthTag(tag);
  const opened = work.update(body);
  try {
    return Buffer.concat([opened, work.final()]);
  } catch {
    return null;
  }
}
