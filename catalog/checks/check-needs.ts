import { nearest } from "../nearest.ts";
import type { ServiceDefinition } from "../definition.ts";

/** What is wrong with who waits for whom: one sentence a problem. Pure; part of `checkCatalog`. */
export function needsProblems(catalog: readonly ServiceDefinition[]): string[] {
  return [...catalog.flatMap((definition) => problemsOf(definition, catalog)), ...circles(catalog)];
}

function problemsOf(definition: ServiceDefinition, catalog: readonly ServiceDefinition[]): string[] {
  const { name, kind, optional, needs = [] } = definition;
  return needs.flatMap((need) => {
    const where = `${name}.needs:`;
    const needed = catalog.find((candidate) => candidate.name === need);
    if (needed === undefined) {
      const meant = nearest(
        need,
        catalog.map((candidate) => candidate.name),
      );
      return [
        `${where} there is no service ${JSON.stringify(need)}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
      ];
    }
    if (kind === "stateful" && needed.kind !== "stateful")
      return [`${where} ${need} waits for every store, so no store can wait for it; remove it`];
    if (needed.optional !== undefined && optional === undefined)
      return [
        `${where} ${need} may be switched off, ${name} may not; make ${name} optional too, or ${need} not`,
      ];
    return [];
  });
}

/** Each circle once, from where it is met first. */
export function circles(catalog: readonly Pick<ServiceDefinition, "name" | "needs">[]): string[] {
  const needsOf = new Map(catalog.map(({ name, needs = [] }) => [name, needs]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    const start = path.indexOf(name);
    if (start !== -1) {
      const circle = [...path.slice(start), name].join(" → ");
      found.push(`${name}.needs: ${circle} is a circle: none of them could ever start; remove one need`);
    }
    if (start !== -1 || done.has(name)) return;
    for (const need of needsOf.get(name) ?? []) visit(need, [...path, name]);
    done.add(name);
  };
  for (const { name } of catalog) visit(name, []);
  return found;
}
