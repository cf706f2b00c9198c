import type { ServiceDefinition } from "./definition.ts";

/** A service's block in the stack file, as far as it matters here. */
export interface Switch {
  readonly memory?: unknown;
  readonly enabled?: boolean | undefined;
  /** Why it is off, when somebody said so. */
  readonly offBecause?: string | undefined;
}

/**
 * The services that this stack runs: all but those that may be left out and are. A store that is left out keeps its data
 * and its secrets, and is in no new recovery point. Pure.
 */
export function enabledServices(
  catalog: readonly ServiceDefinition[],
  settings: Readonly<Record<string, Switch>>,
): ServiceDefinition[] {
  return catalog.filter(
    ({ name, optional }) => optional === undefined || (settings[name]?.enabled ?? optional.enabledByDefault),
  );
}

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
