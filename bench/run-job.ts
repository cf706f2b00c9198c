import type { z } from "zod";
import {
  pointRecord,
  shipRecord,
  type PointResult,
  type ShipResult,
} from "../recovery/agent/answers/run-record.ts";
import { CommandError } from "../recovery/host/host-port.ts";
import { layout } from "../contract/layout.ts";
import type { RemoteHost } from "../operator/ssh/remote-host.ts";

const limitMs = 900_000;

/** A run that ended badly, in the agent's own words: under a heavy load a finding, not the end of a measurement. */
export class JobFailed extends Error {
  override readonly name = "JobFailed";
}

/** Takes a point with its unit's priority, but without the shipping that follows a point of that unit. @throws JobFailed */
export async function runPoint(host: RemoteHost): Promise<PointResult> {
  return goodResult("point", await runJob(host, "point", pointRecord, alone));
}

/** Ships by its unit, as after each point. @throws JobFailed */
export async function runShip(host: RemoteHost): Promise<ShipResult> {
  return goodResult(
    "ship",
    await runJob(host, "ship", shipRecord, ["systemctl", "start", "kaleem-ship.service"]),
  );
}

/** The agent in a unit of its own: whatever becomes of it, no container stays paused. */
const alone = [
  ...["systemd-run", "--quiet", "--wait", "--collect", "--unit=kaleem-bench-point"],
  ...["--property=Nice=5", "--property=IOSchedulingClass=best-effort", "--property=IOSchedulingPriority=6"],
  `--property=ExecStopPost=${layout.agentCommand} unpause`,
  ...[layout.agentCommand, "point"],
];

/** How a job's last run ended, and what its last good one brought. */
interface JobRecord<Result> {
  readonly lastRun: {
    readonly startedAt: string;
    readonly ok: boolean;
    readonly exitCode: number;
    readonly message: string;
  };
  readonly lastSuccess: { readonly result: Result } | null;
}

async function runJob<Result>(
  host: RemoteHost,
  job: "point" | "ship",
  schema: z.ZodType<JobRecord<Result>>,
  argv: readonly string[],
): Promise<JobRecord<Result>> {
  const before = await readRecord(host, job, schema);
  let failure: unknown;
  try {
    await host.run(argv, { timeoutMs: limitMs });
  } catch (error) {
    // The agent's own record says why, better than systemd does.
    if (!(error instanceof CommandError)) throw error;
    failure = error;
  }
  const record = await readRecord(host, job, schema);
  if (record !== null && record.lastRun.startedAt !== before?.lastRun.startedAt) return record;
  throw new Error(
    `bench: kaleem-${job}.service did not run: see \`journalctl -u kaleem-${job}\` on the host.`,
    { cause: failure },
  );
}

async function readRecord<Result>(
  host: RemoteHost,
  job: string,
  schema: z.ZodType<JobRecord<Result>>,
): Promise<JobRecord<Result> | null> {
  const path = `${layout.agentState}/${job}.json`;
  const script = 'if [ -e "$1" ]; then cat "$1"; fi';
  const { stdout } = await host.run(["sh", "-c", script, "sh", path], { timeoutMs: 30_000 });
  return stdout === "" ? null : schema.parse(JSON.parse(stdout));
}

function goodResult<Result>(job: string, { lastRun, lastSuccess }: JobRecord<Result>): Result {
  if (lastRun.ok && lastSuccess !== null) return lastSuccess.result;
  throw new JobFailed(`bench: kaleem-${job}.service failed: ${lastRun.message}`);
}
