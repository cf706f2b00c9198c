import type { ServiceSettings } from "../config/schema.ts";
import type { ServiceDefinition } from "./definition.ts";

/**
 * The services that this stack runs: all but those that may be left out and are. A store that is left out keeps its data
 * and its secrets, and is in no new recovery point. Pure.
 */
export function enabledServices(
  catalog: readonly ServiceDefinition[],
  settings: Readonly<Record<string, ServiceSettings>>,
): ServiceDefinition[] {
  return catalog.filter(
    ({ name, optional }) => optional === undefined || (settings[name]?.enabled ?? optional.enabledByDefault),
  );
}
