import { randomBytes } from "node:crypto";
import type { SecretForm } from "../../components/config/fields.ts";
import { secretKeys } from "../../components/config/secret-keys.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";

/** 32 random bytes as text that needs no quoting anywhere: 256 bits. */
function password(): string {
  return randomBytes(32).toString("base64url");
}

/** How a value of each form is drawn; null for what somebody else issues. */
const draw: Readonly<Record<SecretForm, (() => string) | null>> = {
  password,
  // mongod wants base64, 6 to 1024 characters.
  keyfile: () => randomBytes(756).toString("base64"),
  url: null,
  credential: null,
  text: null,
  accessKey: null,
  privateKey: null,
};

/**
 * The secrets that a stack makes for itself, and how. The off-site bucket's keys are not among them: they are given.
 * A restored stack brings its own from the recovered stack file, because restored data carries the old ones.
 */
export function generatedSecrets(
  catalog: readonly ServiceDefinition[],
): Readonly<Record<string, () => string>> {
  const made = Object.entries(secretKeys(catalog)).flatMap(([key, { form }]) => {
    const make = draw[form];
    return make === null ? [] : [[key, make] as const];
  });
  return Object.fromEntries(made);
}

/** A new passphrase for a stack's secrets. Whoever has it and the bucket can bring everything back. */
export function newPassphrase(): string {
  return password();
}
