import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import type { Phase, PhaseContext } from "./phase.ts";
import { HeadChanged } from "./ports.ts";

/**
 * Claims the head, then lets writers in. In this order because whoever accepts a write must already be the one whose
 * points count: were the edge opened first, a crash or another host's restore in between would leave writes that no
 * later `latest` can hold, and two hosts could serve at once. The data root is told last of the three writes that
 * matter (head, lineage, edge), so a crash at any moment leaves a host that is closed, and a second run goes on.
 */
export const openPlatform: Phase = async (context) => {
  await claimHead(context);
  const { ports, plan } = context;
  await ports.host.writeFile(ports.paths.lineage, `${JSON.stringify(plan.next)}\n`, 0o644);
  const detail = await ports.closing.open();
  return { detail: `generation ${plan.next.generation} is this host's; ${detail}` };
};

async function claimHead({ plan, ports }: PhaseContext): Promise<void> {
  const { point, next } = plan;
  const present = await ports.head.read();
  // An earlier run of this very restore may have claimed it and died before it could say so.
  const claimed = present?.head.host === next.host && present.head.parent?.point === point.id;
  const same =
    claimed && present.head.lineage === next.lineage && present.head.generation === next.generation;
  // A clone of this host may be at the same restore: only one of them wrote it.
  if (same && (await ports.head.wrote(present.head))) return;
  const parent = { point: point.id, lineage: point.lineage, generation: point.generation };
  const head = { ...next, stack: plan.stack, parent, changedAt: ports.host.now().toISOString() };
  try {
    await ports.head.replace(head, plan.headVersion);
  } catch (error) {
    if (!(error instanceof HeadChanged)) throw error;
    const other =
      present === null
        ? "removed"
        : `generation ${present.head.generation} of ${present.head.host} since ${present.head.changedAt}`;
    throw new RecoveryError(
      exitCodes.superseded,
      `the head record changed during this restore (${other}): another host may be serving. This one stays closed. To make this host the primary, restart with --from-scratch.`,
      { cause: error },
    );
  }
}
