import type { ServiceDefinition } from "../../catalog/definition.ts";
import { secretKeys } from "../../components/config/secret-keys.ts";
import { generatedSecrets } from "./generated-secrets.ts";

/** What `init` does for each secret. */
export interface InitPlan {
  /** They stay as they are. */
  readonly kept: readonly string[];
  /** Drawn at random. */
  readonly drawn: readonly string[];
  /** Issued by somebody else, and handed in now. */
  readonly given: readonly string[];
  /** Issued by somebody else, and still to be set; not those that only some settings ask for. */
  readonly toSet: readonly string[];
}

/**
 * Which secrets a stack is to get, by what it has and what was handed in. Pure.
 * @throws Error naming each handed-in value that no secret, or a drawn one, has the name of.
 */
export function planInit(
  catalog: readonly ServiceDefinition[],
  present: ReadonlySet<string>,
  handedIn: readonly string[],
): InitPlan {
  const drawable = new Set(Object.keys(generatedSecrets(catalog)));
  const keys = secretKeys(catalog);
  const names = Object.keys(keys);
  const issued = names.filter((name) => !drawable.has(name));
  const wrong = handedIn.filter((name) => !issued.includes(name));
  if (wrong.length > 0)
    throw new Error(
      `secrets: ${wrong.join(", ")}: not among the issued values, which are ${issued.join(", ")}`,
    );
  const missing = names.filter((name) => !present.has(name));
  return {
    kept: names.filter((name) => present.has(name) && !handedIn.includes(name)),
    drawn: missing.filter((name) => drawable.has(name)),
    given: issued.filter((name) => handedIn.includes(name) && !present.has(name)),
    toSet: missing.filter(
      (name) => issued.includes(name) && !handedIn.includes(name) && keys[name]?.onlyWhen === undefined,
    ),
  };
}

/** What was done, and the exact command for each value that only a person has. */
export function renderInit(stack: string, plan: InitPlan): string {
  return [
    `Stack ${stack}: ${plan.drawn.length} secrets generated, ${plan.given.length} read from stdin, ${plan.kept.length} kept.`,
    ...(plan.toSet.length === 0 ? [] : ["Still to be set, each asks for its value:"]),
    ...plan.toSet.map((name) => `  pulumi config set --secret kaleem:${name} --stack ${stack}`),
  ].join("\n");
}
