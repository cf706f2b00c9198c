import { z } from "zod";
import type { MachineView } from "../preflight/machine-view.ts";

const stateSchema = z.object({
  deployment: z
    .object({
      resources: z
        .array(z.looseObject({ inputs: z.looseObject({ triggers: z.unknown().optional() }).nullish() }))
        .nullish(),
    })
    .nullish(),
});

/** A machine, as far as it tells whose a state is. */
export interface MachineOfState {
  readonly address: string;
  /** The pinned key. */
  readonly hostKey: string;
  /** The stack's platform, or a beginning of it, is there. */
  readonly hasPlatform: boolean;
}

/** Whose a state is: of this machine, or of none yet; of another one; or of another one while the platform runs on this one, too. */
export type StateOwner = "this" | "another" | "conflict";

/** The host keys that a state's commands were run under: each command has the key of its host as its first trigger. */
export function hostKeysOf(state: unknown): ReadonlySet<string> {
  const resources = stateSchema.parse(state).deployment?.resources ?? [];
  const keys = resources.flatMap(({ inputs }) => {
    const triggers = inputs?.triggers;
    const [first] = Array.isArray(triggers) ? (triggers as unknown[]) : [];
    return typeof first === "string" && /^(ssh|ecdsa)-\S+ \S+$/.test(first) ? [first] : [];
  });
  return new Set(keys);
}

/** Pure. A state that has run nothing on a host is anybody's. */
export function judgeState(state: unknown, { hostKey, hasPlatform }: MachineOfState): StateOwner {
  const keys = hostKeysOf(state);
  const own = hostKey.split(" ").slice(0, 2).join(" ");
  if (keys.size === 0) return "this";
  if (!hasPlatform) return "another";
  if (!keys.has(own)) return "conflict";
  return keys.size === 1 ? "this" : "another";
}

/** Whether a machine has the stack's platform, or a state has claimed it for that. */
export function hasPlatform({ agentStack, managedBy }: MachineView, stack: string, manager: string): boolean {
  return agentStack === stack || managedBy?.includes(`"manager":${JSON.stringify(manager)}`) === true;
}
