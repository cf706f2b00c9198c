import type { Phase } from "./phase.ts";
import { giveUpUnopened } from "./unopened.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";

/**
 * Takes a first point of the new generation and starts to ship it, so that `latest` is this host's own soon. The
 * platform serves by now: a failure here is a loud warning in the report, and the timers try again. What this and earlier restores
 * moved aside stays, whatever its age: it may be the only copy of what was live, and only a person gives it up, by its name.
 */
export const recordRestore: Phase = async (context) => {
  const { points } = context.ports;
  await giveUpUnopened(context);
  try {
    const point = await points.take();
    await points.ship();
    return { detail: `point ${point} taken, on its way off-site` };
  } catch (error) {
    const of = context.plan.service === null ? "the new generation" : "the restored store";
    const warning = `no first point of ${of} yet: ${sentenceOf(error)}`;
    context.remember({ warnings: [...(context.memory.warnings ?? []), warning] });
    return { detail: warning };
  }
};
