import type { ServiceDefinition, StatefulDefinition } from "../definition.ts";
import { enabledServices, type Switch } from "../switches.ts";
import { applicationProblems } from "./application-problems.ts";
import { defineApplication } from "./define-application.ts";
import type { Applications } from "./settings.ts";

/** The catalog of one stack, and what is wrong with its applications: one sentence a problem, by its path in the stack file. */
export interface StackCatalog {
  /** Stores, then applications, then monitoring: the order of starting. */
  readonly catalog: readonly ServiceDefinition[];
  readonly problems: readonly string[];
}

/** The repository's root, where the paths of `files` begin. */
const repository = new URL("../../", import.meta.url);

/**
 * The platform's own definitions with a stack's applications among them. Pure.
 * @param switches the stack's `services` block: what is off can be used by no application
 */
export function withApplications(
  platform: readonly ServiceDefinition[],
  applications: Applications,
  switches: Readonly<Record<string, Switch>> = {},
): StackCatalog {
  const stores = platform.filter(
    (definition): definition is StatefulDefinition => definition.kind === "stateful",
  );
  const made = Object.entries(applications).map(([name, settings]) =>
    defineApplication(name, settings, { applications, stores, repository }),
  );
  const running = new Set(enabledServices(platform, switches).map(({ name }) => name));
  return {
    catalog: [
      ...stores,
      ...made.map(({ definition }) => definition),
      ...platform.filter(({ kind }) => kind === "stateless"),
    ],
    problems: [
      ...made.flatMap(({ problems }) => problems),
      ...applicationProblems({ platform, applications, running }),
    ],
  };
}
