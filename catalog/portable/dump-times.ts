import { hostFilesDump } from "../../contract/jobs.ts";
import type { ServiceDefinition } from "../definition.ts";

/** What of these services can be dumped → when it is where nobody says, and beside them the host's own files. In UTC. Pure. */
export function defaultDumpTimes(
  catalog: readonly ServiceDefinition[],
): Readonly<Record<string, readonly string[]>> {
  const stores = catalog.flatMap((definition): [string, readonly string[]][] => {
    const dump = definition.kind === "stateful" ? definition.recovery.portable?.dump : undefined;
    return dump === undefined ? [] : [[definition.name, dump.at]];
  });
  return { ...Object.fromEntries(stores), [hostFilesDump.source]: hostFilesDump.at };
}

/**
 * When what runs here is dumped: as the stack file says.
 * @param catalog the services that are on @param settings `backups.dumps`, defaults filled in
 */
export function dumpTimes(
  catalog: readonly ServiceDefinition[],
  settings: Readonly<Record<string, readonly string[] | undefined>>,
): Readonly<Record<string, readonly string[]>> {
  const times = Object.entries(defaultDumpTimes(catalog)).map(([source, at]) => [
    source,
    settings[source] ?? at,
  ]);
  return Object.fromEntries(times) as Readonly<Record<string, readonly string[]>>;
}
