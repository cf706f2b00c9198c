import { secretKeys } from "../../components/config/secret-keys.ts";
import { secretsOf, type ServiceDefinition } from "../../catalog/definition.ts";
import { rotationOf } from "../../catalog/rotation-of.ts";

/** One secret of a stack as `./kaleem secrets list` tells it: never its value. */
export interface ListedSecret {
  readonly name: string;
  readonly form: string;
  readonly usedBy: readonly string[];
  readonly rotation: string;
  readonly set: boolean;
  /** Only some settings ask for it. */
  readonly optional: boolean;
}

/** Every secret that the program wants, and those that are set. Pure. */
export function listSecrets(
  catalog: readonly ServiceDefinition[],
  present: ReadonlySet<string>,
): readonly ListedSecret[] {
  const ofCatalog = new Set(catalog.flatMap((definition) => Object.values(secretsOf(definition))));
  return Object.entries(secretKeys(catalog)).map(([name, { form, usedBy, onlyWhen }]) => ({
    name,
    form: form === "password" || form === "keyfile" ? form : "given",
    usedBy,
    rotation: ofCatalog.has(name) ? rotationOf(name, catalog) : "live",
    set: present.has(name),
    optional: onlyWhen !== undefined,
  }));
}

/** As a table, and what is missing. */
export function renderSecretList(stack: string, secrets: readonly ListedSecret[]): string {
  const width = Math.max(...secrets.map(({ name }) => name.length));
  const lines = secrets.map(({ name, form, usedBy, rotation, set, optional }) =>
    [
      `  ${name.padEnd(width)}`,
      (set ? "set" : optional ? "not set" : "missing").padEnd(7),
      form.padEnd(8),
      rotation.split(":")[0]?.padEnd(7),
      usedBy.join(", "),
    ].join("  "),
  );
  const missing = secrets.filter(({ set, optional }) => !set && !optional).length;
  const end =
    missing === 0
      ? "All are set."
      : `${missing} ${missing === 1 ? "is" : "are"} missing: ./kaleem secrets init --stack ${stack}`;
  return [`Secrets of stack ${stack} (name, state, form, rotation, used by):`, ...lines, end].join("\n");
}
