import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { hasPlaced } from "../../restore/plan/phase-facts.ts";
import type { AgentContext } from "../context.ts";
import { closePlatform, openPlatform } from "../../host/close-platform.ts";
import { restoreState } from "../restore/restore-state.ts";

/** `kaleem-agent close`: edge to 503, applications to zero replicas; returns when they are gone. */
export async function closeCommand(context: AgentContext): Promise<{ closed: true; detail: string }> {
  return { closed: true, detail: await closePlatform(context) };
}

/**
 * `kaleem-agent open [RESTORE]`: applications to their configured replicas; the edge opens once they are healthy. Data that a restore
 * has put in place and refused, or not looked at, is opened by that restore's name only.
 * @throws RecoveryError `busy`, `restoreUnfinished`, or `failed` for a data root that is nobody's.
 */
export async function openCommand(
  context: AgentContext,
  restore: string | null = null,
): Promise<{ closed: false; detail: string }> {
  await refuseOpening(context, restore);
  return { closed: false, detail: await openPlatform(context) };
}

async function refuseOpening(context: AgentContext, restore: string | null): Promise<void> {
  const { running, unfinished } = await restoreState(context);
  if (running) {
    throw new RecoveryError(
      exitCodes.busy,
      "A restore runs on this host and opens it at its end: wait for it; `./kaleem status` shows how far it is.",
    );
  }
  if (restore !== null && restore !== unfinished?.id) {
    throw new RecoveryError(
      exitCodes.usage,
      `There is no unfinished restore ${restore} on this host${unfinished === null ? "" : `; the unfinished one is ${unfinished.id}`}.`,
    );
  }
  if (restore !== null) return;
  if (unfinished !== null && hasPlaced(unfinished.phase)) {
    throw new RecoveryError(
      exitCodes.restoreUnfinished,
      `Restore ${unfinished.id} is unfinished (at "${unfinished.phase}"): the data in place is what it refused, or has not looked at. Repeat \`./kaleem restore\` to go on, or choose another point with --at … --from-scratch. ` +
        `To serve from this data all the same, name it: \`kaleem-agent open ${unfinished.id}\`; nothing of it is shipped until a restore has ended.`,
    );
  }
  const { founded } = await readIdentity(context.host, layout.lineage, context.machineId);
  if (founded !== null) return;
  throw new RecoveryError(
    exitCodes.failed,
    "This data root is of no lineage, so nothing of it would ever be shipped, and it stays closed: run `./kaleem restore` to bring data here, or `kaleem-agent found` if this platform is new.",
  );
}
