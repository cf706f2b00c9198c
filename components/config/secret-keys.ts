import { secretsOf, type ServiceDefinition } from "../../catalog/definition.ts";
import { enabledServices } from "../../catalog/switches.ts";
import type { SecretForm } from "./fields.ts";
import type { StackSettings } from "./schema.ts";

/** What there is to know of a secret, but for its value. */
export interface SecretKey {
  readonly form: SecretForm;
  /** What it is for; empty when no definition of the catalog says so, which a test refuses. */
  readonly meaning: string;
  /** Services that get it, and other parts of the platform. */
  readonly usedBy: readonly string[];
  /** Which settings ask for it; all do when left out. One that nothing asks for may be there, for later. */
  readonly onlyWhen?: { readonly says: string; readonly holds: (settings: StackSettings) => boolean };
}

/** Secrets of the platform itself; those of services come from the catalog. */
const platformSecrets = {
  "restic-password": {
    form: "password",
    meaning:
      "Opens the recovery points, here and off-site: without it none can be read. Keep a copy away from the machine.",
    usedBy: ["the host's agent"],
  },
  "offsite-access-key-id": {
    form: "accessKey",
    meaning:
      "The id of the key to the off-site bucket; the key must be allowed to read, write, list and delete below the prefix.",
    usedBy: ["the host's agent", "`./kaleem kit`"],
  },
  "offsite-secret-access-key": {
    form: "accessKey",
    meaning: "The secret half of the key to the off-site bucket.",
    usedBy: ["the host's agent", "`./kaleem kit`"],
  },
  "job-ping-url": {
    form: "url",
    meaning:
      "Where each job of the host tells how it ends, without the job's name: `https://hc-ping.com/<ping key>`, or the like. Whoever has it can say that all is well.",
    usedBy: ["the host's agent"],
    onlyWhen: {
      says: "`monitoring.pings` is set",
      holds: ({ monitoring }) => monitoring.pings !== undefined,
    },
  },
  "edge-tls-key": {
    form: "privateKey",
    meaning: "The key of the certificate in `edge.tls`: whoever has it can pose as the edge.",
    usedBy: ["nginx"],
    onlyWhen: {
      says: "`edge.tls.kind` is files or cloudflare-origin",
      holds: ({ edge }) => edge.tls.kind !== "self-signed",
    },
  },
} as const satisfies Record<string, SecretKey>;

/** Every secret that a stack must have, or must have when its settings ask for it. Keys are top-level, so that each is encrypted by itself. */
export function secretKeys(catalog: readonly ServiceDefinition[]): Readonly<Record<string, SecretKey>> {
  const keys = new Set(catalog.flatMap((definition) => Object.values(secretsOf(definition))));
  const ofServices = [...keys].map((key): [string, SecretKey] => [key, ofService(key, catalog)]);
  return { ...Object.fromEntries(ofServices), ...platformSecrets };
}

function ofService(key: string, catalog: readonly ServiceDefinition[]): SecretKey {
  const users = catalog.filter((definition) => Object.values(secretsOf(definition)).includes(key));
  const said = users.flatMap((definition) => definition.secretMeanings?.[key] ?? []);
  const given = users.flatMap((definition) => definition.givenSecrets?.[key] ?? [])[0];
  if (given !== undefined)
    return { ...given, meaning: said.join(" "), usedBy: users.map(({ name }) => name) };
  const form = users.flatMap((definition) => definition.secretForms?.[key] ?? [])[0];
  return {
    form: form ?? (key.endsWith("-keyfile") ? "keyfile" : "password"),
    meaning: said.join(" "),
    usedBy: users.map(({ name }) => name),
    ...(users.some(({ optional }) => optional === undefined) ? {} : { onlyWhen: onlyWhenEnabled(users) }),
  };
}

/** What only services that may be left out have, nobody needs while all of them are. */
function onlyWhenEnabled(users: readonly ServiceDefinition[]): NonNullable<SecretKey["onlyWhen"]> {
  return {
    says: users.map(({ name }) => `\`services.${name}.enabled\` is true`).join(" or "),
    holds: ({ services }) => enabledServices(users, services).length > 0,
  };
}
