import { addSums } from "../../catalog/inventory/set-digest.ts";
import type { DueWindow } from "../../catalog/inventory/inventory.ts";

/** What was due by some moment, and all that was not. */
export interface ComparedWindows {
  /** Items that were due: wanted and found. */
  readonly due: { readonly wanted: DueTotal; readonly found: DueTotal };
  /** Spans in which nothing was due yet and that differ: every such item has to be there, and no other. */
  readonly differing: readonly WindowDifference[];
}

/** Items of several windows together. */
export interface DueTotal {
  readonly count: number;
  readonly sum: string;
}

/** One span of time whose items are not what they were. */
export interface WindowDifference {
  /** ISO time of its beginning. */
  readonly from: string;
  readonly wanted: DueTotal;
  readonly found: DueTotal;
}

type Fixed = DueWindow & { readonly from: number };

/**
 * Holds two sets of windows against each other. Each inventory cuts time as fine as it could: spans that lie within one another are
 * taken together. Pure. @param checkedAtMs all that was due by then may be gone, in ms since 1970
 */
export function compareWindows(
  wanted: readonly DueWindow[],
  found: readonly DueWindow[],
  checkedAtMs: number,
): ComparedWindows {
  const all = [...wanted, ...found].filter(isFixed);
  // A window that begins before the check counts as due whole, and with it whatever lies within it.
  const dueUntilMs = all
    .filter(({ from }) => from <= checkedAtMs)
    .reduce((latest, { from, widthMs }) => Math.max(latest, from + widthMs), checkedAtMs);
  const isDue = ({ from }: DueWindow): boolean => from === null || from < dueUntilMs;
  const spans = outermost(all.filter((window) => !isDue(window)));
  const differing = spans.flatMap((span): WindowDifference[] => {
    const [want, got] = [wanted, found].map((windows) => total(windows.filter((one) => lies(one, span))));
    if (want === undefined || got === undefined || same(want, got)) return [];
    return [{ from: new Date(span.from).toISOString(), wanted: want, found: got }];
  });
  return { due: { wanted: total(wanted.filter(isDue)), found: total(found.filter(isDue)) }, differing };
}

/** Windows that lie in no other; any two of them do not meet. */
function outermost(windows: readonly Fixed[]): Fixed[] {
  const spans: Fixed[] = [];
  const order = [...windows].sort((left, right) => left.from - right.from || right.widthMs - left.widthMs);
  for (const window of order) {
    const last = spans.at(-1);
    if (last === undefined || window.from >= last.from + last.widthMs) spans.push(window);
  }
  return spans;
}

function lies(window: DueWindow, span: Fixed): boolean {
  return window.from !== null && window.from >= span.from && window.from < span.from + span.widthMs;
}

function isFixed(window: DueWindow): window is Fixed {
  return window.from !== null;
}

function total(windows: readonly DueWindow[]): DueTotal {
  return {
    count: windows.reduce((sum, { count }) => sum + count, 0),
    sum: addSums(...windows.map(({ sum }) => sum)),
  };
}

function same(left: DueTotal, right: DueTotal): boolean {
  return left.count === right.count && left.sum === right.sum;
}
