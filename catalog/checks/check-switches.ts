import type { ServiceDefinition } from "../definition.ts";
import { type Switch, disabledServices, enabledServices } from "../switches.ts";

/**
 * What is wrong with what a stack file switches off: a service that runs would wait for one that does not, and fail every health
 * check. One sentence a problem, by its path in the stack file. Pure. That whoever needs a service that may be switched off may be
 * switched off too is seen to by `checkCatalog`.
 */
export function switchProblems(
  catalog: readonly ServiceDefinition[],
  settings: Readonly<Record<string, Switch>>,
): string[] {
  const enabled = enabledServices(catalog, settings);
  return disabledServices(catalog, settings).flatMap(({ name, why }) => {
    const waiting = whoNeeds(name, enabled);
    if (waiting.length === 0) return [];
    const [need, names] = [waiting.length === 1 ? "needs" : "need", waiting.join(" and ")];
    return [
      `services.${name}.enabled: expected true, since ${names} ${need} it, got false (${why}); ` +
        `switch it on, or ${names} off too`,
    ];
  });
}

/** Through others too, so that switching off all that are named leaves no further problem. */
function whoNeeds(name: string, enabled: readonly ServiceDefinition[]): string[] {
  const without = new Set([name]);
  for (let before = 0; before !== without.size;) {
    before = without.size;
    for (const { name: other, needs = [] } of enabled)
      if (needs.some((need) => without.has(need))) without.add(other);
  }
  return enabled.map((definition) => definition.name).filter((other) => without.has(other));
}
