import type { ServiceDefinition } from "../services/definition.ts";
import type { SecretForm } from "./fields.ts";

/** Secrets of the platform itself; those of services come from the catalog. */
const platformSecrets = {
  /** Opens the restic repositories: without it no recovery point can be read. Escrow it. */
  "restic-password": "password",
  "offsite-access-key-id": "credential",
  "offsite-secret-access-key": "credential",
} as const satisfies Record<string, SecretForm>;

/** Every secret that a stack must have → its form. Keys are top-level, so that each is encrypted by itself. */
export function secretKeys(catalog: readonly ServiceDefinition[]): Readonly<Record<string, SecretForm>> {
  const ofServices = catalog
    .flatMap((definition) => Object.values(definition.secrets ?? {}))
    .map((key): [string, SecretForm] => [key, key.endsWith("-keyfile") ? "keyfile" : "password"]);
  return { ...Object.fromEntries(ofServices), ...platformSecrets };
}
