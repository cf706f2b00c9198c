import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

/** PBKDF2 with SHA-256 and AES-256-GCM: of the three that MinIO's admin API takes, the one that Node has built in. */
const pbkdf2AesGcm = 0x02;
const iterations = 8192;
/** A longer text would go in several pieces; nothing that is said here is near it. */
const pieceBytes = 16_384;

/** What makes two envelopes of one text differ; given by tests only. */
export interface EnvelopeSeed {
  readonly salt: Buffer;
  readonly nonce: Buffer;
}

/**
 * Seals the body of a call that carries a secret, as MinIO's admin API wants it: encrypted with the caller's own password, so that
 * a secret is never on the wire in plain text, TLS or not. The form is `salt (32) | kind (1) | nonce (8) | AES-GCM text and tag`, the
 * text authenticated together with a tag over nothing, which ties it to its place as the last piece.
 * @throws Error when the text is longer than one piece
 */
export function adminEnvelope(
  password: string,
  text: string,
  { salt, nonce }: EnvelopeSeed = { salt: randomBytes(32), nonce: randomBytes(8) },
): Buffer {
  const plain = Buffer.from(text);
  if (plain.length > pieceBytes) {
    throw new Error(`minio: an admin call's body has ${plain.length} bytes, more than ${pieceBytes}`);
  }
  const key = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const header = seal(key, nonce, 0, Buffer.alloc(0), Buffer.alloc(0));
  const lastPiece = Buffer.concat([Buffer.from([0x80]), header]);
  return Buffer.concat([salt, Buffer.from([pbkdf2AesGcm]), nonce, seal(key, nonce, 1, plain, lastPiece)]);
}

/** Encrypted text and tag; the nonce's last four bytes count the pieces. */
function seal(key: Buffer, nonce: Buffer, piece: number, plain: Buffer, associated: Buffer): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32LE(piece);
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.concat([nonce, count])).setAAD(associated);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}
