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
