import { applyExemptions } from "./apply-exemptions.ts";
import { exemptions } from "./exemptions.ts";
import { type Violation, violations } from "./rule.ts";
import { allRules } from "./rules/all.ts";
import type { StackView } from "./stack-view.ts";

/** Everything that stands against a stack on that day (`2027-01-31`), exemptions considered; empty when it may go. */
export function judgeStack(view: StackView, today: string): readonly Violation[] {
  return applyExemptions(violations(allRules, view), exemptions, { stack: view.stack, today });
}
