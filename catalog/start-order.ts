import type { ServiceDefinition } from "./definition.ts";

/**
 * The services so that each comes after those it needs, otherwise in the catalog's order. Pure. Needs of others than the
 * given services are left alone; the catalog is known to have no circle (see check-catalog.ts).
 */
export function inStartOrder<Definition extends Pick<ServiceDefinition, "name" | "needs">>(
  definitions: readonly Definition[],
): Definition[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const ordered = new Set<Definition>();
  const add = (definition: Definition, above: readonly string[]): void => {
    if (above.includes(definition.name)) return;
    for (const name of definition.needs ?? []) {
      const needed = byName.get(name);
      if (needed !== undefined) add(needed, [...above, definition.name]);
    }
    ordered.add(definition);
  };
  for (const definition of definitions) add(definition, []);
  return [...ordered];
}
