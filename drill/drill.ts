import { setTimeout as wait } from "node:timers/promises";
import type { BusinessCheck } from "../contract/business-check.ts";
import { awaitEdge } from "../operator/deploy/await-edge.ts";
import { CheckWriter } from "../recovery/business/check-writer.ts";
import type { EdgeTarget } from "../recovery/business/edge-client.ts";
import { waitForGoodWrite } from "../recovery/business/first-good-write.ts";
import { readLedger } from "../recovery/business/ledger-file.ts";
import type { LedgerEntry } from "../recovery/business/ledger.ts";
import { awaitPoints } from "./await-points.ts";
import { demandedWrites } from "./business/demanded.ts";
import { judgeReads, type JudgedReads } from "./business/judge-reads.ts";
import { readRestored } from "./business/read-restored.ts";
import { judgeDrill, type Observations } from "./judge-drill.ts";
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
  /** What is written under load; null where the stack declares none: then the stores' own canaries alone prove what is lost. */
  readonly check: BusinessCheck | null;
  /** Acknowledged writes are kept here, outside the machine that will be lost. */
  readonly ledgerFile: string;
  /** What is lost, and how it comes back. @default total-loss */
  readonly scenario?: Scenario;
  /** Puts a question to a person, and comes back when they have answered. Asked by the scenarios that say so. */
  readonly askPerson?: (question: string) => Promise<void>;
  /** @default 20 */
  readonly writesPerSecond?: number;
  /** Points that must have been taken and shipped under load, before anything is lost. @default 2 */
  readonly pointsBeforeLoss?: number;
  /** How long those points may take, in milliseconds. @default 600000 */
  readonly pointsTimeoutMs?: number;
  /** How long writing goes on after the last of those points was shipped, in milliseconds. @default 5000 */
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

/** A restored platform is open by then. */
const goodLimitMs = 60_000;

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
 * A loss, for real, with writes in mid-stream; the recovery that its scenario wants; and proof. A report with causes is a failed drill;
 * an error means that it could not be carried through at all.
 */
export async function drill(site: DrillSite, options: DrillOptions): Promise<DrillReport> {
  const startedAt = new Date();
  const scenario = options.scenario ?? totalLoss;
  const timeline = options.timeline ?? new Timeline(() => undefined);
  const edge = await timeline.step(steps.up, () => site.up());
  const lost = await writeUntilLost(site, edge, { ...options, scenario }, timeline);
  await askPerson(scenario, options, timeline);

  const { check } = options;
  const ledger = check === null ? null : (await readLedger(options.ledgerFile)).entries;
  const { restore, restoreStep, data, edge: back } = await bringBack(site, edge, scenario, lost, timeline);

  const opened = restore.verdict === "restored";
  const goodAt = opened ? await untilGood(back, check, timeline) : null;
  const reads =
    opened && check !== null && ledger !== null
      ? await timeline.step(steps.readBack, () =>
          readAgain(back, check, ledger, { instant: restore.point.instant, clock: lost.clock }),
        )
      : null;

  const seen = { ledger, lostAt: lost.at, clock: lost.clock, data, restore, reads, goodAt };
  const { causes, rpoSeconds, writes } = judgeDrill(seen);
  options.onMeasured?.({ lostAt: lost.at, servedAt: goodAt, restore, restoreStep });
  return {
    version: 1,
    stack: options.stack,
    startedAt: startedAt.toISOString(),
    timeline: timeline.steps,
    writes,
    rpoSeconds,
    rtoSeconds: goodAt === null ? null : (goodAt.getTime() - lost.at.getTime()) / 1000,
    point: restore.point.id,
    reads: [...(reads?.losses ?? [])],
    spreads: { writes: reads?.spread ?? null, copies: restore.spreads.copies },
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
  { way }: Scenario,
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
      const restore = await timeline.step(steps.rollBack, () => site.rollBack(beforeLoss(lost)));
      return { edge, data: null, restore, restoreStep: steps.rollBack };
    }
    case "one-service": {
      const restore = await timeline.step(steps.oneStore, () =>
        site.restoreStore(way.store, beforeLoss(lost)),
      );
      return { edge, data: null, restore, restoreStep: steps.oneStore };
    }
    default:
      return way satisfies never;
  }
}

/** By the host's clock, and surely no later. */
function beforeLoss({ at, clock }: Lost): Date {
  return new Date(at.getTime() + clock.offsetMs - clock.errorMs);
}

/** When the outage is over for a customer: a write comes through, or where none is declared, the edge serves. */
function untilGood(edge: EdgeTarget, check: BusinessCheck | null, timeline: Timeline): Promise<Date> {
  if (check === null) {
    return timeline.step(steps.serves, async () => {
      await awaitEdge(edge, 200, goodLimitMs);
      return new Date();
    });
  }
  return timeline.step(steps.goodWrite, async () => {
    const good = await waitForGoodWrite(edge, check, new Date(Date.now() + goodLimitMs));
    return good.at;
  });
}

async function readAgain(
  edge: EdgeTarget,
  check: BusinessCheck,
  ledger: readonly LedgerEntry[],
  point: { readonly instant: string; readonly clock: ClockOffset },
): Promise<JudgedReads> {
  const demanded = demandedWrites(ledger, new Date(point.instant), point.clock);
  return judgeReads(await readRestored(edge, check, ledger, demanded), ledger);
}

async function writeUntilLost(
  site: DrillSite,
  edge: EdgeTarget,
  options: DrillOptions & { readonly scenario: Scenario },
  timeline: Timeline,
): Promise<Lost> {
  const clock = await site.clock();
  const { check } = options;
  const writer =
    check === null
      ? null
      : await CheckWriter.start({
          target: edge,
          check,
          ledgerFile: options.ledgerFile,
          ratePerSecond: options.writesPerSecond ?? 20,
          timeoutMs: 8000,
        });
  try {
    await timeline.step(check === null ? steps.noLoad : steps.writes, () =>
      awaitPoints(site, {
        since: new Date(Date.now() + clock.offsetMs),
        wanted: options.pointsBeforeLoss ?? 2,
        timeoutMs: options.pointsTimeoutMs ?? 600_000,
      }),
    );
    await wait(options.tailMs ?? 5000);
    return { clock, ...(await lose(site, options.scenario, writer, timeline)) };
  } finally {
    await writer?.stop();
  }
}

/** Loses what the scenario says. Data that is destroyed while the platform serves would be promised again: there the writer stops first. */
async function lose(
  site: DrillSite,
  { loss, name }: Scenario,
  writer: CheckWriter | null,
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
      await writer?.stop();
      const at = new Date();
      return { at, causes: judgeDamage(await timeline.step(steps.damaged, () => site.damage(loss.store))) };
    }
    case "store": {
      await writer?.stop();
      const at = new Date();
      const lost = await timeline.step(steps.storeLost, () => site.loseStore(loss.store));
      return { at, causes: judgeDamage(lost) };
    }
    case "place":
      throw new Error(`scenario ${name}: a drill cannot lose a ${loss.kind} yet`);
    default:
      return loss satisfies never;
  }
}
