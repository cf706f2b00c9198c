import { createDecipheriv, pbkdf2Sync } from "node:crypto";

/** What Pulumi encrypts to prove a passphrase later. */
const proof = "pulumi";
const rounds = 1_000_000;

/**
 * Opens what Pulumi has encrypted with a passphrase, without Pulumi: AES-256-GCM under a key of PBKDF2-SHA256. Of a stack's file, those are
 * the values behind `secure:`.
 * @param salt The file's `encryptionsalt`.
 * @returns null when it is not the passphrase, or the salt is none
 */
export function openWithPassphrase(
  passphrase: string,
  salt: string,
): ((secure: string) => string | null) | null {
  const [, encoded, sample] = /^v1:([^:]+):(v1:.+)$/.exec(salt) ?? [];
  if (encoded === undefined || sample === undefined) return null;
  const key = pbkdf2Sync(passphrase, Buffer.from(encoded, "base64"), rounds, 32, "sha256");
  const open = (secure: string): string | null => decrypt(key, secure);
  return open(sample) === proof ? open : null;
}

function decrypt(key: Buffer, secure: string): string | null {
  const [, nonce, text] = /^v1:([^:]+):([^:]+)$/.exec(secure) ?? [];
  if (nonce === undefined || text === undefined) return null;
  const sealed = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString("utf8");
  } catch {
    // The only thing that it can say: the tag does not fit.
    return null;
  }
}
