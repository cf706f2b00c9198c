import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  exportState,
  importState,
  initializeStack,
  isInitialized,
  removeStack,
} from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { Stack } from "./stack.ts";

/**
 * Sees to it that a recovery starts on an empty state: with the lost machine's state alive, the engine would take the services of the
 * new one for unchanged. What there is is kept under another name, and in a file; it is never refreshed or destroyed.
 * @returns the name that the former state has now; null when there was none
 */
export async function setStateAside(stack: Stack, context: StackContext, now: Date): Promise<string | null> {
  if (!(await isInitialized(context))) {
    await initializeStack(context);
    return null;
  }
  const state = (await exportState(context)) as { deployment?: { resources?: unknown[] | null } };
  if ((state.deployment?.resources ?? []).length <= 1) return null;
  const stamp = now.toISOString().slice(0, 16).replaceAll(/[-:]/g, "").toLowerCase();
  const lost = `${stack.name}-lost-${stamp}`;
  const file = join(stack.folder, `${lost}.json`);
  await writeFile(file, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  await initializeStack({ ...context, stack: lost });
  await importState({ ...context, stack: lost }, renamed(state, stack.name, lost));
  // Made by the engine beside the committed ones; the state has what opens its own secrets.
  await rm(join(stack.repository, `Pulumi.${lost}.yaml`), { force: true });
  await removeStack(context);
  await initializeStack(context);
  return lost;
}

/** The stack's name is a part of each resource's. */
function renamed(state: unknown, from: string, to: string): unknown {
  const text = JSON.stringify(state).replaceAll(`urn:pulumi:${from}::`, `urn:pulumi:${to}::`);
  return JSON.parse(text) as unknown;
}
