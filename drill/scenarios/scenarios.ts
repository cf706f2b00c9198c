import { badMigration } from "./bad-migration.ts";
import { monthlyFire } from "./monthly-fire.ts";
import { oneService } from "./one-service.ts";
import { operatorError } from "./operator-error.ts";
import { ransomware } from "./ransomware.ts";
import { region } from "./region.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioName } from "./scenario-name.ts";
import { totalLoss } from "./total-loss.ts";

/** Every scenario, by its name. */
const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  "total-loss": totalLoss,
  "one-service": oneService,
  region,
  ransomware,
  "bad-migration": badMigration,
  "operator-error": operatorError,
  "monthly-fire": monthlyFire,
};

/** A scenario by its name. */
export function scenarioOf(name: ScenarioName): Scenario {
  return scenarios[name];
}
