import { createHash } from "node:crypto";

/** A public key of a host: its type, as `ssh-ed25519`, and its wire form. */
export interface HostKey {
  readonly type: string;
  readonly blob: Buffer;
}

/**
 * Reads a key in the format of `authorized_keys`: options and comments around it are allowed, other lines ignored.
 * Throws the official plugin's sentence when there is none.
 */
export function parseHostKey(text: string): HostKey {
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    if (words[0]?.startsWith("#") === true) continue;
    for (const [index, type] of words.entries()) {
      const blob = Buffer.from(words[index + 1] ?? "", "base64");
      if (blob.length > 0 && typeOf(blob) === type) return { type, blob };
    }
  }
  throw new Error("failed to parse host key: ssh: no key found");
}

/** Reads a key in its wire form, as a host presents it. */
export function hostKeyOf(blob: Buffer): HostKey {
  return { type: typeOf(blob) ?? "unknown", blob };
}

/** The key as people compare it: `ssh-ed25519 SHA256:…`. */
export function fingerprint(key: HostKey): string {
  const digest = createHash("sha256").update(key.blob).digest("base64").replace(/=+$/, "");
  return `${key.type} SHA256:${digest}`;
}

/** The wire form starts with the length and the name of its type. */
function typeOf(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  return length === 0 || length > blob.length - 4 ? undefined : blob.toString("latin1", 4, 4 + length);
}
