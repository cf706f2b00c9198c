import type { BusinessCheck } from "../../../contract/business-check.ts";
import { neededLedgerCheck } from "../../../operator/stack/business-checks.ts";
import { stackOf, testStack } from "./test-stack.ts";

/**
 * The sample's order, as the stack's file declares it, without the receipt: a worker makes that later, and what is written while something
 * else goes on is read back at once.
 */
export async function orderCheck(): Promise<BusinessCheck> {
  const check = await neededLedgerCheck(stackOf(testStack.name));
  const atOnce = Object.entries(check.reads).filter(([, { withinMs }]) => withinMs === 0);
  return { ...check, reads: Object.fromEntries(atOnce) };
}
