import { statfs } from "node:fs/promises";
import { z } from "zod";
import type { AgentConfig } from "../../../contract/agent-config.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { readRecord } from "../../host/read-record.ts";
import { clockToleranceMs, readClock } from "../../lineage/clock.ts";
import { readIdentity } from "../../lineage/identity.ts";
import type { Lineage } from "../../lineage/head.ts";
import { lostNowSeconds, pointsOf, type Point } from "../../point/points.ts";
import { ProofRecords } from "../../proof/proof-record.ts";
import type { AgentContext } from "../context.ts";
import type { ReplacedData } from "../../restore/replaced-data.ts";
import { hostRestic, type HostRestic } from "../../restic/restic-program.ts";
import { listReplaced } from "../restore/replaced-folder.ts";
import { restoreState, type RestoreState } from "../restore/restore-state.ts";
import type { RestoreTests } from "../answers/restore-test.ts";
import type { JobStatus } from "../answers/agent-status.ts";
import { readReserveState } from "../reserve/reserve-state.ts";
import { dataApplications } from "../data-applications.ts";
import { jobStatuses } from "../job-status.ts";
import type { KitState } from "../answers/kit-state.ts";
import type { DrillState } from "../answers/drill-state.ts";
import { readRestoreTests } from "./restore-test.ts";
import { drillState } from "../drill-watch.ts";
import { kitState } from "../kit-check.ts";
import { imagesRecord, pointRecord, proveRecord, shipRecord } from "../answers/run-record.ts";

/** A store's newest point in one place; `ageSeconds` is what would be lost now. */
export interface NewestPoint {
  readonly point: string;
  readonly instant: string;
  readonly ageSeconds: number;
}

/** A Swarm service as it runs here. */
export interface ServiceStatus {
  readonly name: string;
  /** Null when it is not declared. */
  readonly image: string | null;
  readonly wanted: number | null;
  readonly running: number;
  readonly healthy: number;
  /** Containers of it that are paused just now. */
  readonly paused: number;
}

/** Everything that one screen at 03:00 needs. What could not be found out is null and named in `problems`. */
export interface AgentStatus {
  readonly version: 1;
  readonly now: string;
  readonly stack: string;
  readonly machineId: string;
  readonly founded: Lineage | null;
  readonly closed: boolean;
  /** Since when writes are refused for want of space, and which stores refuse; null while they are taken. */
  readonly writesBlocked: { readonly since: string; readonly refusing: readonly string[] } | null;
  readonly stores: Readonly<
    Record<string, { readonly local: NewestPoint | null; readonly offsite: NewestPoint | null }>
  >;
  readonly lastPoint: z.infer<typeof pointRecord> | null;
  readonly lastShip: z.infer<typeof shipRecord> | null;
  /** How every job of the list ended last. */
  readonly jobs: readonly JobStatus[];
  readonly lastProof: z.infer<typeof proveRecord> | null;
  /** The newest point here that was proven; `ageSeconds` is what would be lost if only proven points were trusted. */
  readonly newestProven: (NewestPoint & { readonly at: string }) | null;
  /** The newest point off-site that was proven, as the last shipping left it. */
  readonly newestProvenOffsite: NewestPoint | null;
  /** How the last test of a restore from each repository ended. */
  readonly restoreTests: RestoreTests;
  readonly lastImages: z.infer<typeof imagesRecord> | null;
  readonly services: readonly ServiceStatus[];
  /** Services that are switched off, and why. */
  readonly off: AgentConfig["off"];
  readonly disks: Readonly<
    Record<"data" | "system", { readonly freeBytes: number; readonly totalBytes: number } | null>
  >;
  readonly timers: readonly { readonly unit: string; readonly next: string | null }[];
  /** When recovery was last proven, as the last good restore wrote it. */
  readonly lastProven: unknown;
  readonly restore: RestoreState | null;
  /** What restores moved aside and nobody has given up; null when it cannot be listed. */
  readonly replaced: readonly ReplacedData[] | null;
  /** What is known here of the recovery kit; null when it cannot be told. */
  readonly kit: KitState | null;
  /** What is known of drills; null when none was recorded. */
  readonly drill: DrillState | null;
  /** Which restic the agent runs here. */
  readonly restic: HostRestic | null;
  readonly problems: readonly string[];
}

/** `kaleem-agent status`: looks, changes nothing, and answers even when parts of the platform do not. */
export async function statusCommand(context: AgentContext): Promise<AgentStatus> {
  const { config, host, machineId } = context;
  const problems: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      problems.push(`${what}: ${sentenceOf(error)}`);
      return null;
    }
  };
  const identity = await attempt("lineage", () => readIdentity(host, layout.lineage, machineId));
  const [points, lastPoint, lastShip, lastProof, services, timers, proven, closedFile] = await Promise.all([
    attempt("local points", () => localPoints(context, identity?.lineage)),
    readRecord(host, `${layout.agentState}/point.json`, pointRecord),
    readRecord(host, `${layout.agentState}/ship.json`, shipRecord),
    readRecord(host, `${layout.agentState}/prove.json`, proveRecord),
    attempt("services", () => servicesOf(context)),
    attempt("timers", () => timersOf(context)),
    attempt(
      "last proven restore",
      async () =>
        JSON.parse((await host.readFile(`${layout.agentState}/last-proven.json`)) ?? "null") as unknown,
    ),
    host.readFile(layout.closed),
  ]);
  const now = host.now();
  problems.push(...(await clockProblems(context, points ?? [], now)));
  const shipped = lastShip?.lastSuccess?.result.newest ?? null;
  const offsite = shipped === null ? [] : [{ ...shipped, id: shipped.point }];
  return {
    version: 1,
    now: now.toISOString(),
    stack: config.stack,
    machineId,
    founded: identity?.founded ?? null,
    closed: closedFile !== null,
    writesBlocked: await writesBlocked(context),
    stores: Object.fromEntries(
      [...config.stores, ...dataApplications(config).map(({ name }) => name)].map((store) => [
        store,
        { local: newest(points ?? [], store, now), offsite: newest(offsite, store, now) },
      ]),
    ),
    lastPoint,
    lastShip,
    jobs: await jobStatuses(context, now, points?.[0]?.instant ?? null),
    lastProof,
    newestProven: await newestProven(context, points ?? [], now),
    newestProvenOffsite: aged(lastShip?.lastSuccess?.result.proven ?? null, now),
    restoreTests: await readRestoreTests(context),
    lastImages: await readRecord(host, `${layout.agentState}/images.json`, imagesRecord),
    services: services ?? [],
    off: config.off,
    disks: {
      data: await attempt("data disk", () => space(layout.dataRoot)),
      system: await attempt("system disk", () => space("/var")),
    },
    timers: timers ?? [],
    lastProven: proven,
    restore: await attempt("last restore", () => restoreState(context)),
    replaced: await attempt("replaced data", () => listReplaced()),
    kit: await attempt("recovery kit", () => kitState(context)),
    drill: await attempt("drills", () => drillState(context)),
    restic: await attempt("restic", () => hostRestic(host)),
    problems,
  };
}

async function writesBlocked({ host }: AgentContext): Promise<AgentStatus["writesBlocked"]> {
  const state = await readReserveState(host);
  return state === null ? null : { since: state.since, refusing: Object.keys(state.refusing) };
}

async function localPoints({ local }: AgentContext, lineage: string | undefined): Promise<readonly Point[]> {
  try {
    return pointsOf(await local.snapshots(lineage));
  } catch (error) {
    if (error instanceof RecoveryError && error.exitCode === exitCodes.noRepository) return [];
    throw error;
  }
}

/**
 * The newest point that holds the store. `points` are oldest first. A point that is dated in the future cannot say how old it is: an
 * older one does then, and where there is none nothing is promised.
 */
function newest(
  points: readonly Pick<Point, "id" | "instant" | "stores">[],
  store: string,
  now: Date,
): NewestPoint | null {
  const holding = points.filter(({ stores }) => stores.includes(store));
  const found = holding.at(-1);
  if (found === undefined) return null;
  const ahead = Date.parse(found.instant) > now.getTime();
  const ageSeconds = lostNowSeconds(ahead ? holding : [found], now);
  return ageSeconds === null ? null : { point: found.id, instant: found.instant, ageSeconds };
}

async function newestProven(
  { host }: AgentContext,
  points: readonly Point[],
  now: Date,
): Promise<AgentStatus["newestProven"]> {
  const records = new ProofRecords(host, layout.proofs);
  const found = await records.newestProven(points.map(({ id }) => id));
  if (found === null) return null;
  const proven = aged(found, now);
  return proven === null ? null : { ...proven, at: found.at };
}

/** Null for a point that is dated in the future: it cannot say how old it is. */
function aged(
  found: { readonly point: string; readonly instant: string } | null,
  now: Date,
): NewestPoint | null {
  const ageSeconds = found === null ? null : lostNowSeconds([found], now);
  return found === null || ageSeconds === null
    ? null
    : { point: found.point, instant: found.instant, ageSeconds };
}

/** What is amiss with the clock, in words: ages and "lost now" are told by it. */
async function clockProblems({ host }: AgentContext, points: readonly Point[], now: Date): Promise<string[]> {
  const { point, bucket } = await readClock(host);
  const ahead = points.filter(({ instant }) => Date.parse(instant) > now.getTime()).at(-1);
  return [
    ...(ahead === undefined
      ? []
      : [`clock: point ${ahead.id} is dated in the future; what would be lost now is told without it`]),
    ...(point === null || point.wentBackMs === 0
      ? []
      : [`clock: it went back by ${Math.ceil(point.wentBackMs / 1000)} s before point ${point.point}`]),
    ...(bucket === null || Math.abs(bucket.aheadMs) <= clockToleranceMs
      ? []
      : [
          `clock: ${Math.round(Math.abs(bucket.aheadMs) / 1000)} s ${bucket.aheadMs > 0 ? "behind" : "ahead of"} the bucket's at ${bucket.comparedAt}`,
        ]),
  ];
}

async function servicesOf({ config, docker }: AgentContext): Promise<readonly ServiceStatus[]> {
  const known = [...config.stores, ...config.applications.map(({ name }) => name), config.edge];
  // Monitoring is whatever else is declared: no restore touches it.
  const declared = new Map((await docker.allServices()).map((service) => [service.name, service]));
  const names = [...new Set([...known, ...[...declared.keys()].sort()])];
  return Promise.all(
    names.map(async (name) => {
      const service = declared.get(name);
      const containers = await docker.containersOf(name);
      const healthy = containers.filter(
        ({ health, paused }) => !paused && (health === "healthy" || health === null),
      );
      return {
        name,
        image: service?.image ?? null,
        wanted: service?.replicas ?? null,
        running: containers.length,
        healthy: healthy.length,
        paused: containers.filter(({ paused }) => paused).length,
      };
    }),
  );
}

const timerList = z.array(
  z.object({ unit: z.string().nullable(), next: z.union([z.number(), z.string()]).nullable() }),
);

async function timersOf({ host }: AgentContext): Promise<AgentStatus["timers"]> {
  const text = await host.run(["systemctl", "list-timers", "--all", "--output=json", "kaleem-*"], {
    timeoutMs: 10_000,
  });
  return timerList.parse(JSON.parse(text)).map(({ unit, next }) => ({
    unit: unit ?? "",
    // Microseconds since 1970; 0 or nothing while the unit runs.
    next: typeof next === "number" && next > 0 ? new Date(next / 1000).toISOString() : null,
  }));
}

async function space(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
