import { setTimeout as wait } from "node:timers/promises";
import { awaitPoints } from "./await-points.ts";
import type { EdgeTarget } from "../recovery/orders/edge-client.ts";
import { waitForGoodOrder } from "../recovery/orders/first-good-order.ts";
import { judgeDrill } from "./judge-drill.ts";
import { judgeHeld, type JudgedStores } from "./orders/judge-held.ts";
import type { Ledger } from "./orders/judge-orders.ts";
import { readLedger } from "../recovery/orders/ledger-file.ts";
import { OrderWriter } from "../recovery/orders/order-writer.ts";
import { readBack } from "../recovery/orders/read-back.ts";
import type { DrillReport } from "./drill-report.ts";
import type { DrillSite } from "./drill-site.ts";
import { Timeline } from "./timeline.ts";

export interface DrillOptions {
  readonly stack: string;
  /** Acknowledged orders are kept here, outside the machine that will be lost. */
  readonly ledgerFile: string;
  /** @default 20 */
  readonly ordersPerSecond?: number;
  /** Points that must have been taken and shipped while orders were written, before the machine is lost. @default 2 */
  readonly pointsBeforeLoss?: number;
  /** How long those points may take, in milliseconds. @default 600000 */
  readonly pointsTimeoutMs?: number;
  /** How long orders go on after the last of those points was shipped, in milliseconds. @default 5000 */
  readonly tailMs?: number;
  readonly onStep?: (name: string) => void;
}

const heldLimitMs = 60_000;

/**
 * Total loss, for real: orders in mid-stream, the machine destroyed with its disks, a fresh stack on a fresh machine,
 * a restore from off-site alone, and proof. A report with causes is a failed drill; an error means that it could
 * not be carried through at all.
 */
export async function drill(site: DrillSite, options: DrillOptions): Promise<DrillReport> {
  const startedAt = new Date();
  const timeline = new Timeline(options.onStep ?? (() => undefined));
  const edge = await timeline.step("up: a stack that serves", () => site.up());
  const lostAt = await writeUntilLost(site, edge, options, timeline);

  const rebuilt = await timeline.step("up: a fresh stack on a fresh machine", () => site.rebuild());
  const data = await timeline.step("check: closed until it is restored", () => site.closedSeen());
  const { entries } = await readLedger(options.ledgerFile);
  const restore = await timeline.step("restore from off-site, and verify", () => site.restore());

  const opened = restore.verdict === "restored";
  const goodOrderAt = opened
    ? await timeline.step("first good order", async () => {
        const good = await waitForGoodOrder(rebuilt, new Date(Date.now() + 60_000));
        return good.at;
      })
    : null;
  const readAgain = opened
    ? await timeline.step("read every acknowledged order back", () => readBack(rebuilt, entries))
    : null;

  const held = opened
    ? await timeline.step("ask every store for the acknowledged orders", () =>
        untilHeld(site, restore.point.instant, {
          entries,
          clockOffsetMs: lostAt.clock.offsetMs,
          clockErrorMs: lostAt.clock.errorMs,
        }),
      )
    : null;

  const seen = {
    ledger: entries,
    lostAt: lostAt.at,
    clock: lostAt.clock,
    data,
    restore,
    readBack: readAgain,
    goodOrderAt,
    held,
  };
  const { causes, rpoSeconds, ...orders } = judgeDrill(seen);
  return {
    version: 1,
    stack: options.stack,
    startedAt: startedAt.toISOString(),
    timeline: timeline.steps,
    orders,
    rpoSeconds,
    rtoSeconds: goodOrderAt === null ? null : (goodOrderAt.getTime() - lostAt.at.getTime()) / 1000,
    point: restore.point.id,
    stores: [...(held?.losses ?? [])],
    spreads: { orders: held?.spread ?? null, copies: restore.spreads.copies },
    causes,
  };
}

/** A worker takes a message from one store and writes to another meanwhile: what is missing is looked for again. */
async function untilHeld(site: DrillSite, instant: string, ledger: Ledger): Promise<JudgedStores> {
  const ids = ledger.entries.map(({ id }) => id);
  const deadline = Date.now() + heldLimitMs;
  for (;;) {
    const judged = judgeHeld(await site.heldOrders(ids), instant, ledger);
    if (judged.causes.length === 0 || Date.now() > deadline) return judged;
    await wait(1_000);
  }
}

async function writeUntilLost(
  site: DrillSite,
  edge: EdgeTarget,
  options: DrillOptions,
  timeline: Timeline,
): Promise<{ at: Date; clock: Awaited<ReturnType<DrillSite["clock"]>> }> {
  const clock = await site.clock();
  const writer = await OrderWriter.start({
    target: edge,
    ledgerFile: options.ledgerFile,
    ratePerSecond: options.ordersPerSecond ?? 20,
    timeoutMs: 8000,
  });
  try {
    await timeline.step("orders, while points are taken and shipped", () =>
      awaitPoints(site, {
        since: new Date(Date.now() + clock.offsetMs),
        wanted: options.pointsBeforeLoss ?? 2,
        timeoutMs: options.pointsTimeoutMs ?? 600_000,
      }),
    );
    await wait(options.tailMs ?? 5000);
    const at = new Date();
    await timeline.step("the machine is lost with its disks", () => site.lose());
    return { at, clock };
  } finally {
    await writer.stop();
  }
}
