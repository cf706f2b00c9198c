import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import {
  exportState,
  importState,
  initializeStack,
  isInitialized,
  removeStack,
} from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { writeWholeFile } from "../../workstation/write-whole-file.ts";
import type { Stack } from "./stack.ts";
import { judgeState, type MachineOfState } from "./state-owner.ts";

/** Where states are kept, by the name of their stack. */
export interface StateBackend {
  has(name: string): Promise<boolean>;
  /** Makes an empty one. */
  make(name: string): Promise<void>;
  read(name: string): Promise<unknown>;
  write(name: string, state: unknown): Promise<void>;
  /** Forgets one; nothing that it declared is touched. */
  remove(name: string): Promise<void>;
}

/** The backend that the engine is logged in to. */
export function engineBackend(context: StackContext): StateBackend {
  const of = (stack: string): StackContext => ({ ...context, stack });
  return {
    has: (name) => isInitialized(of(name)),
    make: (name) => initializeStack(of(name)),
    read: (name) => exportState(of(name)),
    write: (name, state) => importState(of(name), state),
    remove: (name) => removeStack(of(name)),
  };
}

const timed = z.looseObject({
  deployment: z.looseObject({ manifest: z.looseObject({ time: z.string() }).optional() }).optional(),
});

/**
 * Sees to it that a recovery starts on an empty state, or on what an earlier run of it has made on the same machine: with a lost
 * machine's state alive, the engine would take the services of the new one for unchanged. What there is is kept under another name,
 * in a file and off-site; it is never refreshed or destroyed. That name follows from the state's own time, so that a run that was killed in the middle
 * is gone on with by the next, and nothing is set aside twice.
 * @param options.keep puts it away from this computer too, before anything of it is taken away
 * @returns the name that the former state has now; null when nothing had to be set aside
 * @throws Error when the platform runs on this machine already, and the state is another one's
 */
export async function setStateAside(
  stack: Stack,
  backend: StateBackend,
  machine: MachineOfState,
  { now, keep }: { readonly now: Date; readonly keep: (name: string, text: string) => Promise<void> },
): Promise<string | null> {
  if (!(await backend.has(stack.name))) {
    await backend.make(stack.name);
    return null;
  }
  const state = await backend.read(stack.name);
  const owner = judgeState(state, machine);
  if (owner === "this") return null;
  if (owner === "conflict") {
    throw new Error(
      `stack ${stack.name}: its platform runs on ${machine.address} already, and its state was made for another machine (host key ` +
        `${machine.hostKey} is not in it). Give a machine without it, or reinstall this one; nothing was changed on it.`,
    );
  }
  const lost = `${stack.name}-lost-${stampOf(state, now)}`;
  const text = `${JSON.stringify(state)}\n`;
  await writeWholeFile(join(stack.folder, `${lost}.json`), text, 0o600);
  await keep(lost, text);
  if (!(await backend.has(lost))) await backend.make(lost);
  await backend.write(lost, renamed(state, stack.name, lost));
  // Made by the engine beside the committed ones; the state has what opens its own secrets.
  await rm(join(stack.repository, `Pulumi.${lost}.yaml`), { force: true });
  await backend.remove(stack.name);
  await backend.make(stack.name);
  return lost;
}

/** When it was last changed: the same state has the same. */
function stampOf(state: unknown, now: Date): string {
  const time = Date.parse(timed.safeParse(state).data?.deployment?.manifest?.time ?? "");
  const at = Number.isNaN(time) ? now : new Date(time);
  return at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").toLowerCase();
}

/** The stack's name is a part of each resource's. */
function renamed(state: unknown, from: string, to: string): unknown {
  const text = JSON.stringify(state).replaceAll(`urn:pulumi:${from}::`, `urn:pulumi:${to}::`);
  return JSON.parse(text) as unknown;
}
