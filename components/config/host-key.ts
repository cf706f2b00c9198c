import type { Judge } from "./judged-text.ts";

/** How to get a key that can be pinned. */
const getIt = "get it with: ssh-keyscan -t ed25519 <address>";
const curves = /^ecdsa-sha2-nistp(256|384|521)$/;

/**
 * What is wrong with a text that should be a host's public key, as authorized_keys has it: the key is decoded, so that one that
 * is cut off, or stands behind the name of another type, is refused here and not by a handshake that never succeeds.
 */
export const hostKeyAdvice: Judge = (value) => {
  if (value.includes("PRIVATE KEY")) return `that is a private key, which does not belong here; ${getIt}`;
  if (value !== value.trim()) return "write it without spaces or line breaks around it";
  if (/[\r\n]/.test(value)) return "write one key, on one line";
  const [type = "", encoded = "", ...comment] = value.split(" ");
  if (/^SHA256:|^MD5:|^([0-9a-f]{2}:){15}/.test(type))
    return `that is a key's fingerprint; write the key itself; ${getIt}`;
  const untold = typeOf(decoded(type));
  if (untold !== undefined) return `write the key's type before it: ${untold} …`;
  if (!/^(ssh|ecdsa|sk-|rsa)/.test(type) && typeOf(decoded(comment[0] ?? "")) !== undefined)
    return `write it from ${encoded} on, without ${JSON.stringify(type)} before it`;
  if (type.startsWith("sk-"))
    return `keys of security keys (sk-…) are for people, and no host has one; ${getIt}`;
  if (type.includes("-cert-")) return `certificates of hosts cannot be pinned; ${getIt}`;
  if (curves.test(type))
    return `the machine's sshd stops to offer ECDSA keys once it is set up, so that it would be refused from then on; ${getIt}`;
  if (type === "ssh-dss") return `OpenSSH has given up DSA keys; ${getIt}`;
  if (type !== "ssh-ed25519" && type !== "ssh-rsa")
    return `${type === "" ? "there is no key" : `${JSON.stringify(type)} is no type of key that can be pinned`}; ${getIt}`;
  return keyAdvice(type, decoded(encoded));
};

function keyAdvice(type: "ssh-ed25519" | "ssh-rsa", blob: Buffer | null): string | undefined {
  if (blob === null) return `what stands after ${type} is not base64, or cut off; ${getIt}`;
  const inside = typeOf(blob);
  if (inside !== undefined && inside !== type)
    return `it says ${type}, but the key is of type ${inside}; ${getIt}`;
  const fields = fieldsOf(blob);
  const [, first, second] = fields ?? [];
  if (fields === null || inside === undefined || first === undefined)
    return `the key is cut off, or spoiled; ${getIt}`;
  if (type === "ssh-ed25519")
    return fields.length === 2 && first.length === 32
      ? undefined
      : `the key is cut off, or spoiled; ${getIt}`;
  if (fields.length !== 3 || second === undefined) return `the key is cut off, or spoiled; ${getIt}`;
  return bits(second) < 2048
    ? `an RSA key of ${bits(second)} bits can be forged; 2048 is the least; ${getIt}`
    : undefined;
}

/** Strict: Node's decoder stops at the first odd character and says nothing. */
function decoded(text: string): Buffer | null {
  const blob = Buffer.from(text, "base64");
  return text !== "" && blob.toString("base64") === text ? blob : null;
}

/** The wire form is a row of texts, each behind its length in four bytes; null when it ends within one. */
function fieldsOf(blob: Buffer): readonly Buffer[] | null {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) return null;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return null;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** The first of them names the type; read even of a key that is cut off. */
function typeOf(blob: Buffer | null): string | undefined {
  if (blob === null || blob.length < 4) return undefined;
  const name = blob.toString("latin1", 4, 4 + blob.readUInt32BE(0));
  return /^[a-z][a-z0-9@.-]+$/.test(name) && name.length === blob.readUInt32BE(0) ? name : undefined;
}

/** Of a number in SSH's form, which may have a zero byte before it. */
function bits(number: Buffer): number {
  const start = number.findIndex((byte) => byte !== 0);
  return start < 0 ? 0 : (number.length - start) * 8 - Math.clz32(number[start] ?? 0) + 24;
}
