import { readFileSync, statSync } from "node:fs";

/** How to log in with a key: its text, or the agent that holds it. */
export type LoginKey = { readonly kind: "text"; readonly text: string } | { readonly kind: "agent" };

/**
 * Reads the private key at a path.
 * A key with a passphrase is left to the SSH agent, whose socket `SSH_AUTH_SOCK` names, as ssh itself does.
 * @param givenBy where the path stands, for the sentences
 * @throws Error in one sentence when it is missing, readable by others, no private key, or of a kind that cannot log in
 */
export function loginKey(
  path: string,
  environment: NodeJS.ProcessEnv = process.env,
  givenBy = "host: privateKeyFile",
): LoginKey {
  const wrong = (what: string): Error => new Error(`${givenBy}: ${path} ${what}`);
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0)
      throw wrong(`may be read by others, so ssh refuses it; run: chmod 600 ${path}`);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error)
      throw wrong(
        `cannot be read (${String(error.code)}); name the private half of a key that may log in there`,
      );
    throw error;
  }
  if (/^(ssh-|ecdsa-|sk-)\S+ AAAA/.test(text)) throw wrong("is a public key; name its private half");
  if (text.startsWith("PuTTY-User-Key-File"))
    throw wrong(`is a key in PuTTY's form; convert it with: puttygen ${path} -O private-openssh -o NEW`);
  if (text.trim() === "") throw wrong("is empty; name the private half of a key that may log in there");
  if (!text.includes("PRIVATE KEY")) throw wrong("is no private key");
  if (text.includes("BEGIN DSA"))
    throw wrong("is a DSA key, which no sshd takes any more; make an ed25519 one");
  const opened = openssh(text);
  if (opened?.type.startsWith("sk-") === true)
    throw wrong(
      "belongs to a hardware token, which unattended commands cannot touch; make an ed25519 key for this stack",
    );
  if (opened?.type === "ssh-dss")
    throw wrong("is a DSA key, which no sshd takes any more; make an ed25519 one");
  const encrypted = opened?.encrypted ?? /ENCRYPTED/.test(text);
  if (!encrypted) return { kind: "text", text };
  if ((environment["SSH_AUTH_SOCK"] ?? "") === "")
    throw wrong(
      `has a passphrase and no SSH agent is running; run: eval "$(ssh-agent)" && ssh-add ${path}, or name a key without one`,
    );
  return { kind: "agent" };
}

/** The sentence for a stack whose file names no key, where nothing else does either. */
export function noKey(): Error {
  return new Error(
    "host: there is no key to log in with: no SSH agent is running, and the stack's file names no privateKeyFile. " +
      'Run: eval "$(ssh-agent)" && ssh-add FILE. `./kaleem up` also takes the key file that ssh\'s own configuration names ' +
      "(IdentityFile), or that KALEEM_SSH_KEY does.",
  );
}

/** What stands in plain in OpenSSH's own form: whether the rest is encrypted, and the key's type. */
function openssh(text: string): { readonly encrypted: boolean; readonly type: string } | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body.replaceAll(/\s/g, ""), "base64");
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  const field = (): Buffer => {
    const length = bytes.length >= at + 4 ? bytes.readUInt32BE(at) : 0;
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  const cipher = field().toString("latin1");
  field();
  field();
  at += 4;
  const blob = field();
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  return { encrypted: cipher !== "none", type: blob.toString("latin1", 4, 4 + length) };
}
