import type { ServiceDefinition } from "./definition.ts";
import { enabledServices, type Switch } from "./enabled-services.ts";

/** A service that this stack does without, and why, such as `not enabled`. */
export interface DisabledService {
  readonly name: string;
  readonly why: string;
}

/** The services of the catalog that the stack file switches off, in the catalog's order. */
export function disabledServices(
  catalog: readonly ServiceDefinition[],
  settings: Readonly<Record<string, Switch>>,
): readonly DisabledService[] {
  const enabled = new Set(enabledServices(catalog, settings));
  return catalog
    .filter((definition) => !enabled.has(definition))
    .map(({ name }) => ({ name, why: settings[name]?.offBecause ?? "not enabled" }));
}
