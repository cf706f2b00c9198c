import { rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { PulumiError } from "../../toolchain/engine/pulumi-error.ts";
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
 * @returns the name that the former state has now, and where it is when the backend does not have it; null when there was none
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
  const isKept = await keepAs(lost, renamed(state, stack.name, lost), stack, context);
  await removeStack(context);
  await initializeStack(context);
  return isKept
    ? lost
    : `${lost}, in ${relative(stack.repository, file)} alone: what opens its secrets is not here, as with a recovery kit alone`;
}

/** False when the backend does not take a state whose secrets nothing here opens. */
async function keepAs(lost: string, state: unknown, stack: Stack, context: StackContext): Promise<boolean> {
  const kept = { ...context, stack: lost };
  await initializeStack(kept);
  try {
    await importState(kept, state);
    return true;
  } catch (error) {
    if (!(error instanceof PulumiError) || !error.message.includes("incorrect passphrase")) throw error;
    await removeStack(kept);
    return false;
  } finally {
    // Made by the engine beside the committed ones; the state has what opens its own secrets.
    await rm(join(stack.repository, `Pulumi.${lost}.yaml`), { force: true });
  }
}

/** The stack's name is a part of each resource's. */
function renamed(state: unknown, from: string, to: string): unknown {
  const text = JSON.stringify(state).replaceAll(`urn:pulumi:${from}::`, `urn:pulumi:${to}::`);
  return JSON.parse(text) as unknown;
}
