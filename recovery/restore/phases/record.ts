import { join } from "node:path";
import type { Phase, PhaseContext } from "./phase.ts";
import { sentenceOf } from "../../host/sentence-of.ts";

/**
 * Takes a first point of the new generation and starts to ship it, so that `latest` is this host's own soon. The
 * platform serves by now: a failure here is a loud warning in the report, and the timers try again.
 */
export const recordRestore: Phase = async (context) => {
  await forgetReplaced(context);
  const { points } = context.ports;
  try {
    const point = await points.take();
    await points.ship();
    return { detail: `point ${point} taken, on its way off-site` };
  } catch (error) {
    const warning = `no first point of the new generation yet: ${sentenceOf(error)}`;
    context.remember({ warnings: [...(context.memory.warnings ?? []), warning] });
    return { detail: warning };
  }
};

/** Only what this restore replaced is kept, until the next one has succeeded. */
async function forgetReplaced({ ports, plan }: PhaseContext): Promise<void> {
  const { replaced } = ports.paths;
  for (const other of await ports.files.list(replaced)) {
    if (other !== plan.id) await ports.files.remove(join(replaced, other));
  }
}
