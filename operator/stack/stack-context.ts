import type { Engine } from "../../toolchain/engine/engine.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { Stack } from "./stack.ts";

/**
 * A stack as the engine is given it. A local one has its state and its passphrase in its own folder; of a remote one the user's
 * own environment says where its state is kept and what opens its secrets.
 */
export function stackContext(stack: Stack, engine: Engine): StackContext {
  return {
    engine,
    project: stack.repository,
    stack: stack.name,
    stackFile: stack.stackFile,
    stateDirectory: stack.stateDirectory,
    passphraseFile: stack.passphraseFile,
    ...(stack.kind === "remote" ? { own: true as const } : {}),
    env: { KALEEM_STACK_FILE: stack.stackFile },
  };
}
