import type { Phase } from "./phase.ts";

/** The point was located when the plan was made; said again, so that the timeline begins with it. */
export const locatePoint: Phase = async ({ plan, ports }) => {
  const { point } = plan;
  const age = Math.round((ports.host.now().getTime() - Date.parse(point.instant)) / 1000);
  return { detail: `point ${point.id} of generation ${point.generation}, ${age} s old, from ${point.from}` };
};
