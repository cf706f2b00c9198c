import { setTimeout as wait } from "node:timers/promises";
import { awaitPoints } from "./await-points.ts";
import type { EdgeTarget } from "../recovery/orders/edge-client.ts";
import { waitForGoodOrder } from "../recovery/orders/first-good-order.ts";
import { judgeDrill, type Observations } from "./judge-drill.ts";
import { judgeHeld, type JudgedStores } from "./orders/judge-held.ts";
import type { Ledger } from "./orders/judge-orders.ts";
import { readLedger } from "../recovery/orders/ledger-file.ts";
import { OrderWriter } from "../recovery/orders/order-writer.ts";
import { readBack } from "../recovery/orders/read-back.ts";
import type { RestoreReport } from "../recovery/restore/report/report.ts";
import type { DrillReport } from "./drill-report.ts";
import type { ClockOffset, DrillSite } from "./drill-site.ts";
import { judgeAttack } from "./scenarios/attack-bucket.ts";
import { judgeDamage } from "./scenarios/damage.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { totalLoss } from "./scenarios/total-loss.ts";
import { steps } from "./steps.ts";
import { Timeline } from "./timeline.ts";

export interface DrillOptions {
  readonly stack: string;
  /** Acknowledged orders are kept here, outside the machine that will be lost. */
  readonly ledgerFile: string;
  /** What is lost, and how it comes back. @default total-loss */
  readonly scenario?: Scenario;
  /** Puts a question to a person, and comes back when they have answered. Asked by the scenarios that say so. */
  readonly askPerson?: (question: string) => Promise<void>;
  /** @default 20 */
  readonly ordersPerSecond?: number;
  /** Points that must have been taken and shipped while orders were written, before anything is lost. @default 2 */
  readonly pointsBeforeLoss?: number;
  /** How long those points may take, in milliseconds. @default 600000 */
  readonly pointsTimeoutMs?: number;
  /** How long orders go on after the last of those points was shipped, in milliseconds. @default 5000 */
  readonly tailMs?: number;
  /** Keeps what was done and when, for whoever wants to know it even if the drill breaks off. @default one of its own */
  readonly timeline?: Timeline;
  /** Told of what a record says beside the report, before the drill ends. */
  readonly onMeasured?: (measured: MeasuredRecovery) => void;
}

/** What a record is made from beside the report. */
export interface MeasuredRecovery {
  readonly lostAt: Date;
  readonly servedAt: Date | null;
  readonly restore: RestoreReport;
  /** The step that the restore's phases belong to. */
  readonly restoreStep: string;
}

const heldLimitMs = 60_000;

/** When something was lost, by this computer's clock, and why that was no loss. */
interface Lost {
  readonly at: Date;
  readonly clock: ClockOffset;
  readonly causes: readonly string[];
}

/** A platform that was brought back. */
interface BroughtBack {
  readonly edge: EdgeTarget;
  readonly data: Observations["data"];
  readonly restore: RestoreReport;
  readonly restoreStep: string;
}

/**
 * A loss, for real, with orders in mid-stream; the recovery that its scenario wants; and proof. A report with causes is a failed drill;
 * an error means that it could not be carried through at all.
 */
export async function drill(site: DrillSite, options: DrillOptions): Promise<DrillReport> {
  const startedAt = new Date();
  const scenario = options.scenario ?? totalLoss;
  const timeline = options.timeline ?? new Timeline(() => undefined);
  const edge = await timeline.step(steps.up, () => site.up());
  const lost = await writeUntilLost(site, edge, { ...options, scenario }, timeline);
  await askPerson(scenario, options, timeline);

  const { entries } = await readLedger(options.ledgerFile);
  const { restore, restoreStep, data, edge: back } = await bringBack(site, edge, scenario, lost, timeline);

  const opened = restore.verdict === "restored";
  const goodOrderAt = opened
    ? await timeline.step(steps.goodOrder, async () => {
        const good = await waitForGoodOrder(back, new Date(Date.now() + 60_000));
        return good.at;
      })
    : null;
  const readAgain = opened ? await timeline.step(steps.readBack, () => readBack(back, entries)) : null;

  const held = opened
    ? await timeline.step(steps.held, () =>
        untilHeld(site, restore.point.instant, {
          entries,
          clockOffsetMs: lost.clock.offsetMs,
          clockErrorMs: lost.clock.errorMs,
        }),
      )
    : null;

  const seen = {
    ledger: entries,
    lostAt: lost.at,
    clock: lost.clock,
    data,
    restore,
    readBack: readAgain,
    goodOrderAt,
    held,
  };
  const { causes, rpoSeconds, ...orders } = judgeDrill(seen);
  options.onMeasured?.({ lostAt: lost.at, servedAt: goodOrderAt, restore, restoreStep });
  return {
    version: 1,
    stack: options.stack,
    startedAt: startedAt.toISOString(),
    timeline: timeline.steps,
    orders,
    rpoSeconds,
    rtoSeconds: goodOrderAt === null ? null : (goodOrderAt.getTime() - lost.at.getTime()) / 1000,
    point: restore.point.id,
    stores: [...(held?.losses ?? [])],
    spreads: { orders: held?.spread ?? null, copies: restore.spreads.copies },
    causes: [...lost.causes, ...causes],
  };
}

/** A person's time is told apart: what a runbook asks of them is a part of the recovery, and no machine's. */
async function askPerson({ asks, name }: Scenario, options: DrillOptions, timeline: Timeline): Promise<void> {
  if (asks === undefined) return;
  const { askPerson: ask } = options;
  if (ask === undefined) throw new Error(`scenario ${name}: a person takes part, and nobody can be asked`);
  await timeline.step(steps.person, () => ask(`${asks.en}\n${asks.ar}`), "person");
}

async function bringBack(
  site: DrillSite,
  edge: EdgeTarget,
  { way, name }: Scenario,
  lost: Lost,
  timeline: Timeline,
): Promise<BroughtBack> {
  switch (way.kind) {
    case "rebuild": {
      const rebuilt = await timeline.step(steps.rebuild, () => site.rebuild());
      const data = await timeline.step(steps.closed, () => site.closedSeen());
      const restore = await timeline.step(steps.restore, () => site.restore());
      return { edge: rebuilt, data, restore, restoreStep: steps.restore };
    }
    case "roll-back": {
      const before = new Date(lost.at.getTime() + lost.clock.offsetMs - lost.clock.errorMs);
      const restore = await timeline.step(steps.rollBack, () => site.rollBack(before));
      return { edge, data: null, restore, restoreStep: steps.rollBack };
    }
    case "one-service":
      throw new Error(`scenario ${name}: one store cannot be restored while the others serve`);
    default:
      return way satisfies never;
  }
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
  options: DrillOptions & { readonly scenario: Scenario },
  timeline: Timeline,
): Promise<Lost> {
  const clock = await site.clock();
  const writer = await OrderWriter.start({
    target: edge,
    ledgerFile: options.ledgerFile,
    ratePerSecond: options.ordersPerSecond ?? 20,
    timeoutMs: 8000,
  });
  try {
    await timeline.step(steps.orders, () =>
      awaitPoints(site, {
        since: new Date(Date.now() + clock.offsetMs),
        wanted: options.pointsBeforeLoss ?? 2,
        timeoutMs: options.pointsTimeoutMs ?? 600_000,
      }),
    );
    await wait(options.tailMs ?? 5000);
    return { clock, ...(await lose(site, options.scenario, writer, timeline)) };
  } finally {
    await writer.stop();
  }
}

/** Loses what the scenario says. Data that is destroyed while the platform serves would be promised again: there the writer stops first. */
async function lose(
  site: DrillSite,
  { loss, name }: Scenario,
  writer: OrderWriter,
  timeline: Timeline,
): Promise<Omit<Lost, "clock">> {
  switch (loss.kind) {
    case "machine":
    case "bucket-and-machine": {
      const attack =
        loss.kind === "machine" ? null : await timeline.step(steps.attack, () => site.attackOffsite());
      const at = new Date();
      await timeline.step(steps.lost, () => site.lose());
      return { at, causes: attack === null ? [] : judgeAttack(attack) };
    }
    case "data": {
      await writer.stop();
      const at = new Date();
      return { at, causes: judgeDamage(await timeline.step(steps.damaged, () => site.damage(loss.store))) };
    }
    case "place":
    case "store":
      throw new Error(`scenario ${name}: a drill cannot lose a ${loss.kind} yet`);
    default:
      return loss satisfies never;
  }
}
