import { damageable } from "./damage.ts";
import type { Scenario } from "./scenario.ts";

/** What a drill is run with. */
export interface DrillPlace {
  /** Somebody can be asked. */
  readonly isTerminal: boolean;
}

/** Why a scenario cannot be drilled here, before anything is touched; null when it can. A sentence. Pure. */
export function refuseScenario({ name, loss, asks }: Scenario, { isTerminal }: DrillPlace): string | null {
  if (loss.kind === "place")
    return `scenario ${name}: a drill cannot make a second bucket yet; nothing was touched. By hand: ./kaleem pull, then ./kaleem offsite fill into an empty bucket, then ./kaleem recover.`;
  if (loss.kind === "data" && !damageable.includes(loss.store))
    return `scenario ${name}: a drill knows how to destroy the data of ${damageable.join(" and ")}, not of ${loss.store}; nothing was touched.`;
  if (asks !== undefined && !isTerminal)
    return `scenario ${name}: a person takes part and is asked; run it in a terminal. Nothing was touched.`;
  return null;
}
