import { randomBytes } from "node:crypto";

/** 32 random bytes as text that needs no quoting anywhere: 256 bits. */
function password(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The secrets that a stack makes for itself, and how. The off-site bucket's keys are not among them: they are given.
 * A restored stack brings its own from the recovered stack file, because restored data carries the old ones.
 */
export const generatedSecrets: Readonly<Record<string, () => string>> = {
  "mongo-root-password": password,
  "mongo-app-password": password,
  // mongod wants base64, 6 to 1024 characters.
  "mongo-keyfile": () => randomBytes(756).toString("base64"),
  "redis-password": password,
  "restic-password": password,
};

/** A new passphrase for a stack's secrets. Whoever has it and the bucket can bring everything back. */
export function newPassphrase(): string {
  return password();
}
