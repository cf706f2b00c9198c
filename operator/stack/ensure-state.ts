import { backendUrl, initializeStack, isInitialized } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";

/**
 * Makes the empty state of a stack on a machine of yours, unless it has one, where the user's own login says. A state is easily made in
 * the wrong place, so that somebody agrees to it first.
 * @param mayDo Asks that; throws when nobody agreed
 */
export async function ensureState(
  context: StackContext,
  mayDo: (question: string) => Promise<void>,
): Promise<void> {
  if (await isInitialized(context)) return;
  await mayDo(`Stack ${context.stack} has no state in ${await backendUrl(context)}. Make an empty one?`);
  await initializeStack(context);
}
