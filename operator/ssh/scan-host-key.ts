import { execa } from "execa";
import { fingerprintOf } from "./pinned-keys.ts";

/**
 * The ed25519 host key that a machine shows, which proves nothing yet: somebody has to compare the fingerprint.
 * @throws Error when it shows none within ten seconds
 */
export async function scanHostKey(
  address: string,
  port: number,
): Promise<{ readonly key: string; readonly fingerprint: string }> {
  const { stdout } = await execa("ssh-keyscan", ["-T", "10", "-t", "ed25519", "-p", String(port), address], {
    reject: false,
  });
  const [, type, blob] = /^\S+ (ssh-ed25519) (\S+)$/m.exec(stdout) ?? [];
  if (type === undefined || blob === undefined) {
    throw new Error(
      `${address}: no ed25519 host key at port ${port} within 10 s; is the machine up, and does sshd listen there?`,
    );
  }
  return { key: `${type} ${blob}`, fingerprint: fingerprintOf(blob) };
}
