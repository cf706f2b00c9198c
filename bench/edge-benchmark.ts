import { readFileSync } from "node:fs";
import { z } from "zod";
import { EdgeClient } from "../recovery/business/edge-client.ts";
import { newRun, writeOne } from "../recovery/business/write-one.ts";
import type { Progress } from "../workstation/progress.ts";
import type { BenchStack } from "./bench-stack.ts";
import type { Benchmark } from "./benchmark.ts";
import { edgeNotes, edgeTable, type EdgeRequest, type EdgeRound, type WayFigures } from "./edge-table.ts";
import { withTimersHeld } from "./with-timers-held.ts";

export interface EdgeBenchmarkOptions {
  /** Kept connections, each with one request under way. */
  readonly connections: number;
  /** How often both ways are measured, one after the other. */
  readonly rounds: number;
  /** Length of one measurement. */
  readonly seconds: number;
  readonly progress: Progress;
}

const script = readFileSync(new URL("edge/wrk.sh", import.meta.url), "utf8");

const printedSchema = z.strictObject({
  requests: z.number(),
  seconds: z.number().positive(),
  p50: z.number(),
  p99: z.number(),
  notOk: z.number(),
  broken: z.number(),
});

/** What the edge costs, through it over TLS and from the API itself in turn: orders placed, and one order read over and over. */
export async function benchmarkEdge(stack: BenchStack, options: EdgeBenchmarkOptions): Promise<Benchmark> {
  const { connections, seconds } = options;
  const asked: Record<EdgeRequest, readonly string[]> = {
    order: ["POST", "/api/orders"],
    read: ["GET", `/api/orders/${await placeOrder(stack)}`],
  };
  return withTimersHeld(stack.host, async () => {
    const found = {
      order: await measure(stack, "order", asked.order, options),
      read: await measure(stack, "read", asked.read, options),
    };
    return {
      name: "edge",
      table: edgeTable(found),
      notes: edgeNotes(found, options),
      figures: { connections, seconds, rounds: found },
    };
  });
}

async function measure(
  stack: BenchStack,
  name: EdgeRequest,
  request: readonly string[],
  { progress, rounds, connections, seconds }: EdgeBenchmarkOptions,
): Promise<EdgeRound[]> {
  const load = (way: keyof EdgeRound, forSeconds: number): Promise<WayFigures> =>
    loadWay(stack, [way, ...request, String(connections), String(forSeconds)]);
  await progress.step(`${name}: warm-up`, async () => {
    await load("direct", 5);
    await load("edge", 5);
  });
  const found: EdgeRound[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    found.push(
      await progress.step(`${name}: round ${round} of ${rounds}`, async () => {
        // Each way is first as often as second.
        const first = round % 2 === 1 ? "direct" : "edge";
        const one = await load(first, seconds);
        const other = await load(first === "direct" ? "edge" : "direct", seconds);
        return first === "direct" ? { direct: one, edge: other } : { direct: other, edge: one };
      }),
    );
  }
  return found;
}

async function placeOrder({ edge, check }: BenchStack): Promise<string> {
  const client = new EdgeClient(edge, 10_000);
  try {
    const outcome = await writeOne(client, check.write, { seq: 1, run: newRun() });
    if (outcome.kind === "acknowledged") return outcome.id;
    throw new Error(`bench: no order could be placed: ${outcome.message}`);
  } finally {
    client.close();
  }
}

async function loadWay({ host }: BenchStack, args: readonly string[]): Promise<WayFigures> {
  const { stdout } = await host.run(["bash", "-s", "--", ...args], { stdin: script, timeoutMs: 300_000 });
  const { requests, seconds, p50, p99, notOk, broken } = printedSchema.parse(JSON.parse(stdout));
  if (notOk + broken > 0)
    throw new Error(
      `bench: ${notOk} of ${requests} answers were not 2xx, and ${broken} requests got no answer`,
    );
  return { perSecond: requests / seconds, p50Ms: p50 / 1000, p99Ms: p99 / 1000 };
}
