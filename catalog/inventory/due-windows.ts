import type { DueWindow } from "./inventory.ts";

const second = 1_000;
const day = 86_400 * second;
/** Each divides the next, and every window begins at a multiple of its width: of two windows one lies within the other, or they do not meet. */
const widths = [second, 10 * second, 60 * second, 600 * second, 3_600 * second, day, 30 * day];
/** A window is at most this part of the time until it: what is due soon is told exactly, what is due in months by the day. */
const precision = 16;

/**
 * The window that an item falls in which goes by itself at `dueMs`; some hundreds of them cover all times. Pure.
 * @param takenAtMs when the inventory began, in ms since 1970 as `dueMs`
 */
export function windowOf(dueMs: number, takenAtMs: number): Pick<DueWindow, "from" | "widthMs"> {
  const aheadMs = dueMs - takenAtMs;
  if (aheadMs <= 0) return { from: null, widthMs: 0 };
  const widthMs = widths.findLast((width) => width <= aheadMs / precision) ?? second;
  return { from: Math.floor(dueMs / widthMs) * widthMs, widthMs };
}
