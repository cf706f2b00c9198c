import { spread } from "./render-benchmark.ts";
import { summarize } from "./summary.ts";

/** What one way to the API gave for a while. */
export interface WayFigures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Both ways, measured one right after the other. */
export interface EdgeRound {
  readonly direct: WayFigures;
  readonly edge: WayFigures;
}

/** What was asked: `order` places one, which is the API's real work; `read` gets one from the cache, the least that it ever does. */
export type EdgeRequest = "order" | "read";

/** The rounds of each kind of request. */
export type EdgeRounds = Readonly<Record<EdgeRequest, readonly EdgeRound[]>>;

/** The most that the edge may cost of the throughput that the API has without it. */
export const costLimit = 0.15;

/** What was found, as rows; the first is the headings. Ratios are of two measurements of one round. Pure. */
export function edgeTable(found: EdgeRounds): string[][] {
  return [
    ["minimum / median / maximum", "API itself", "through the edge", "edge against API"],
    ...rows("orders", found.order),
    ...rows("reads", found.read),
  ];
}

function rows(what: string, rounds: readonly EdgeRound[]): string[][] {
  const row = (figure: string, unit: string, pick: (figures: WayFigures) => number): string[] => [
    `${what}: ${figure}`,
    spread(summarize(rounds.map(({ direct }) => pick(direct))), unit),
    spread(summarize(rounds.map(({ edge }) => pick(edge))), unit),
    spread(summarize(rounds.map(({ direct, edge }) => pick(edge) / pick(direct))), "×"),
  ];
  return [
    row("requests a second", "", ({ perSecond }) => perSecond),
    row("p50", "ms", ({ p50Ms }) => p50Ms),
    row("p99", "ms", ({ p99Ms }) => p99Ms),
  ];
}

/** The part of the API's throughput that the edge costs, in the median round. Pure. */
export function edgeCost(rounds: readonly EdgeRound[]): number {
  return 1 - summarize(rounds.map(({ direct, edge }) => edge.perSecond / direct.perSecond)).median;
}

/** What a reader must know, and whether the edge keeps to its limit. Pure. */
export function edgeNotes(
  found: EdgeRounds,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): string[] {
  return [
    `${connections} kept connections (TLS to the edge), ${found.order.length} rounds of ${seconds} s each way in turn; wrk, edge, API and stores share the cores, so that a ratio is one of CPU time.`,
    `Orders (POST /api/orders, into four stores): ${judgement(found.order)}`,
    `Reads (GET of one order, out of the cache): ${judgement(found.read)}`,
  ];
}

function judgement(rounds: readonly EdgeRound[]): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const cost = edgeCost(rounds);
  return `the edge costs ${percent(cost)} of the throughput; ${cost < costLimit ? "under" : "NOT under"} the limit of ${percent(costLimit)}.`;
}
