import { undoneBy } from "../plan/restore-plan.ts";
import type { Phase } from "./phase.ts";

/** The point was located when the plan was made; said again, so that the timeline begins with it. */
export const locatePoint: Phase = async ({ plan, ports }) => {
  const { point } = plan;
  const undone = undoneBy(plan);
  if (undone !== null) return { detail: `what restore ${undone.restore} moved aside` };
  const age = Math.round((ports.host.now().getTime() - Date.parse(point.instant)) / 1000);
  // A clock that ran ahead dated it, or this one is behind: no age can be told then.
  const old = age < 0 ? `dated ${-age} s in the future` : `${age} s old`;
  return { detail: `point ${point.id} of generation ${point.generation}, ${old}, from ${point.from}` };
};
