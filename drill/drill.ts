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
import { judgeDrill } from "./judge-drill.ts";
import type { DrillReport } from "./drill-report.ts";
import type { ClockOffset, DrillSite } from "./drill-site.ts";
import { Timeline } from "./timeline.ts";

export interface DrillOptions {
  readonly stack: string;
  /** What is written under load; null where the stack declares none: then the stores' own canaries alone prove what is lost. */
  readonly check: BusinessCheck | null;
  /** Acknowledged writes are kept here, outside the machine that will be lost. */
  readonly ledgerFile: string;
  /** @default 20 */
  readonly writesPerSecond?: number;
  /** Points that must have been taken and shipped under load, before the machine is lost. @default 2 */
  readonly pointsBeforeLoss?: number;
  /** How long those points may take, in milliseconds. @default 600000 */
  readonly pointsTimeoutMs?: number;
  /** How long writing goes on after the last of those points was shipped, in milliseconds. @default 5000 */
  readonly tailMs?: number;
  readonly onStep?: (name: string) => void;
}

/** A restored platform is open by then. */
const goodLimitMs = 60_000;

/**
 * Total loss, for real: writes in mid-stream, the machine destroyed with its disks, a fresh stack on a fresh machine,
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
  const { check } = options;
  const ledger = check === null ? null : (await readLedger(options.ledgerFile)).entries;
  const restore = await timeline.step("restore from off-site, and verify", () => site.restore());

  const opened = restore.verdict === "restored";
  const goodAt = opened ? await untilGood(rebuilt, check, timeline) : null;
  const reads =
    opened && check !== null && ledger !== null
      ? await timeline.step("read every acknowledged write back", () =>
          readAgain(rebuilt, check, ledger, { instant: restore.point.instant, clock: lostAt.clock }),
        )
      : null;

  const seen = { ledger, lostAt: lostAt.at, clock: lostAt.clock, data, restore, reads, goodAt };
  const { causes, rpoSeconds, writes } = judgeDrill(seen);
  return {
    version: 1,
    stack: options.stack,
    startedAt: startedAt.toISOString(),
    timeline: timeline.steps,
    writes,
    rpoSeconds,
    rtoSeconds: goodAt === null ? null : (goodAt.getTime() - lostAt.at.getTime()) / 1000,
    point: restore.point.id,
    reads: [...(reads?.losses ?? [])],
    spreads: { writes: reads?.spread ?? null, copies: restore.spreads.copies },
    causes,
  };
}

/** When the outage is over for a customer: a write comes through, or where none is declared, the edge serves. */
function untilGood(edge: EdgeTarget, check: BusinessCheck | null, timeline: Timeline): Promise<Date> {
  if (check === null) {
    return timeline.step("the edge serves", async () => {
      await awaitEdge(edge, 200, goodLimitMs);
      return new Date();
    });
  }
  return timeline.step("first good write", async () => {
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
  options: DrillOptions,
  timeline: Timeline,
): Promise<{ at: Date; clock: ClockOffset }> {
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
    await timeline.step(`${check === null ? "no load" : "writes"}, while points are taken and shipped`, () =>
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
    await writer?.stop();
  }
}
