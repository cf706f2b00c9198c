import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { readIfThere } from "../../workstation/read-if-there.ts";

/** An ed25519 key pair without a passphrase, as files that `ssh -i` takes. */
export interface SshKeyPair {
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
  /** One line, as for `authorized_keys`: `ssh-ed25519 AAAA… comment`. */
  readonly publicKey: string;
}

/**
 * The key pair of a directory (`id_ed25519`, `id_ed25519.pub`), made by ssh-keygen when there is none. An existing
 * private key is never replaced: its mode is set back to 0600, and a missing or wrong public half is derived anew.
 * @param comment what the public key is called in `authorized_keys`. @default "kaleem"
 * @throws Error when ssh-keygen is missing, or the private key cannot be read or wants a passphrase
 */
export async function sshKeyPair(directory: string, comment = "kaleem"): Promise<SshKeyPair> {
  const privateKeyFile = join(directory, "id_ed25519");
  const publicKeyFile = `${privateKeyFile}.pub`;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (!(await exists(privateKeyFile))) await generate(directory, privateKeyFile, comment);
  await chmod(privateKeyFile, 0o600);
  const derived = await keygen(["-y", "-P", "", "-f", privateKeyFile], privateKeyFile);
  const publicKey = derived.trim();
  if ((await readIfThere(publicKeyFile))?.trim() !== publicKey) {
    await writeFile(publicKeyFile, `${publicKey}\n`, { mode: 0o644 });
  }
  return { privateKeyFile, publicKeyFile, publicKey };
}

/** Made beside and moved into place: whoever reads at the same time sees a whole key or none. */
async function generate(directory: string, privateKeyFile: string, comment: string): Promise<void> {
  const workshop = await mkdtemp(join(directory, ".new-key-"));
  try {
    const made = join(workshop, "id_ed25519");
    await keygen(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", made], privateKeyFile);
    await rename(made, privateKeyFile);
  } finally {
    await rm(workshop, { recursive: true });
  }
}

async function keygen(options: readonly string[], file: string): Promise<string> {
  const result = await execa("ssh-keygen", options, { reject: false, stdin: "ignore" });
  if (result.code === "ENOENT") {
    throw new Error(
      "ssh-keygen: not found on this machine; install the OpenSSH client (Debian: openssh-client)",
    );
  }
  if (result.exitCode !== 0) {
    throw new Error(
      `${file}: ssh-keygen cannot use this key: ${result.stderr.trim()}; ` +
        "move it away to have a new one made, if no machine trusts only this one",
    );
  }
  return result.stdout;
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
