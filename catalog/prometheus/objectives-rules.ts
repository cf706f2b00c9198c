import { milliseconds } from "../quantities.ts";
import type { PlatformFacts } from "../definition.ts";

/**
 * What is promised of each store, as series that the alerts are measured against: `kaleem:objective_rpo_seconds{store}` and
 * `kaleem:objective_rto_seconds{store}`. JSON, which is YAML too. Pure.
 */
export function objectivesRules({ catalog }: Pick<PlatformFacts, "catalog">): string {
  const rules = catalog.flatMap((definition) => {
    if (definition.kind === "stateless") return [];
    const { rpo, rto } = definition.recovery.objectives;
    return Object.entries({ rpo, rto }).map(([objective, span]) => ({
      record: `kaleem:objective_${objective}_seconds`,
      expr: `vector(${milliseconds(span) / 1000})`,
      labels: { store: definition.name },
    }));
  });
  return `${JSON.stringify({ groups: [{ name: "objectives", interval: "1m", rules }] }, null, 2)}\n`;
}
