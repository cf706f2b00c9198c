import { secretKeys } from "../../components/config/secret-keys.ts";
import { secretsOf, type ServiceDefinition, type StatefulDefinition } from "../../catalog/definition.ts";
import { milliseconds } from "../../catalog/quantities.ts";
import { rotationOf } from "../../catalog/rotation-of.ts";

/** One step of a rotation; each can be run again. */
export type RotationStep =
  | "probe the given keys"
  | "add to the repositories"
  | "write into the configuration"
  | "set in the store"
  | "up"
  | "remove the former one"
  | "prove"
  | "point and ship"
  | "off-site stack file"
  | "remove from the repositories";

/** What a rotation changes and in which order. */
export interface RotationPlan {
  /** The secrets that change together. */
  readonly names: readonly string[];
  readonly steps: readonly RotationStep[];
  /** The store that a login can be tried at, and the secret's name there. */
  readonly store: { readonly name: string; readonly secret: string } | null;
  /** The secret that keeps the former value until all runs with the new one. */
  readonly keptAs?: string;
  /** Said before it begins. */
  readonly cost: string;
}

const offsiteKeys = ["offsite-access-key-id", "offsite-secret-access-key"];
const end: readonly RotationStep[] = ["point and ship", "off-site stack file"];

/**
 * How one secret is changed in the configuration and in what runs. Pure.
 * @throws Error for a name that there is not, with the list, and for a secret that is never rotated, with the reason.
 */
export function planRotation(name: string, catalog: readonly ServiceDefinition[]): RotationPlan {
  const known = Object.keys(secretKeys(catalog));
  if (!known.includes(name))
    throw new Error(`secrets: there is no secret "${name}". Secrets: ${known.join(", ")}.`);
  if (offsiteKeys.includes(name)) {
    const steps: RotationStep[] = ["probe the given keys", "write into the configuration", "up", ...end];
    const cost =
      "No service is touched. The former keys stay valid: revoke them where they were issued, afterwards.";
    return { names: offsiteKeys, steps, store: null, cost };
  }
  if (name === "restic-password") {
    const steps: RotationStep[] = [
      ...(["add to the repositories", "write into the configuration", "up"] as const),
      ...end,
      "remove from the repositories",
    ];
    const cost = "No service is touched. Older points open with the new password too.";
    return { names: [name], steps, store: null, cost };
  }
  if (name === "edge-tls-key")
    throw new Error(
      "secrets: edge-tls-key is not rotated here: it belongs to a certificate. Set both in the stack's configuration and run up; the edge reloads.",
    );
  if (name === "job-ping-url")
    throw new Error(
      "secrets: job-ping-url is not rotated here: another service issued it. Change it there, set it in the stack's configuration and run up.",
    );
  return ofService(name, catalog);
}

function ofService(name: string, catalog: readonly ServiceDefinition[]): RotationPlan {
  const how = rotationOf(name, catalog);
  if (how !== "live" && how !== "restart")
    throw new Error(`secrets: ${name} is not rotated: ${how.slice("never: ".length)}`);
  if (catalog.some(({ secretForms = {} }) => Object.hasOwn(secretForms, name)))
    throw new Error(
      `secrets: ${name} is not rotated here: somebody else issued it. Change it there, set it with pulumi config set --secret ${name}, and run up: ` +
        "the applications that have it are updated, new tasks first.",
    );
  const definition = catalog.find(
    (one): one is StatefulDefinition =>
      one.kind === "stateful" && Object.values(secretsOf(one)).includes(name),
  );
  const secret = Object.entries(definition === undefined ? {} : secretsOf(definition)).find(
    ([, key]) => key === name,
  )?.[0];
  const kept = definition?.recovery.administrator;
  const keptAs = definition?.formerSecrets?.[name];
  const steps: RotationStep[] = [
    "write into the configuration",
    ...(kept !== undefined && kept.secret === secret ? (["set in the store"] as const) : []),
    "up",
    ...(keptAs === undefined ? [] : (["remove the former one"] as const)),
    ...(definition?.recovery.accepts !== undefined && isLogin(secret) ? (["prove"] as const) : []),
    ...end,
  ];
  const store = definition === undefined || secret === undefined ? null : { name: definition.name, secret };
  const cost =
    definition === undefined
      ? applicationsCost
      : how === "live"
        ? liveCost
        : restartCost(definition, keptAs === undefined ? "once" : "twice");
  return { names: [name], steps, store, cost, ...(keptAs === undefined ? {} : { keptAs }) };
}

/** Servers know each other, and their own tools, by the others: nobody logs in with them. */
function isLogin(secret: string | undefined): boolean {
  return secret !== "keyfile" && secret !== "erlang-cookie";
}

/** Of a secret that no store knows, only applications. */
const applicationsCost =
  "Nothing stops: the applications that have it are updated, new tasks first; what was made with the former one, such as a token or a signature, is refused from then on.";
const liveCost = "Nothing stops: the former password stays valid until no application uses it any more.";

function restartCost(definition: StatefulDefinition | undefined, times: "once" | "twice"): string {
  if (definition === undefined) return liveCost;
  const grace = Math.round(milliseconds(definition.stopGrace) / 1000);
  return (
    `${definition.name} is stopped and started ${times}; it has one replica, so requests wait a few seconds, and are answered ` +
    `with 503 if that takes longer than 15 s; it is given ${grace} s at most to stop.`
  );
}
