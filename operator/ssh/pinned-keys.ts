import { createHash } from "node:crypto";

/** The fingerprints (`ssh-ed25519 SHA256:…`) that a known_hosts text pins for a host. Pure; hashed names are not found. */
export function pinnedFingerprints(knownHosts: string, pattern: string): readonly string[] {
  return knownHosts.split("\n").flatMap((line) => {
    const [names = "", type, key] = line.trim().split(/\s+/);
    if (type === undefined || key === undefined || !names.split(",").includes(pattern)) return [];
    return [`${type} ${fingerprintOf(key)}`];
  });
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(base64Key: string): string {
  const digest = createHash("sha256").update(Buffer.from(base64Key, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}
