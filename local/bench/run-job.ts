import type { z } from "zod";
import {
  pointRecord,
  shipRecord,
  type PointResult,
  type ShipResult,
} from "../../recovery/agent/run-record.ts";
import { exitCodes } from "../../recovery/exit-codes.ts";
import { CommandError } from "../../recovery/host-port.ts";
import { layout } from "../../recovery/layout.ts";
import type { SshHost } from "../../recovery/operator/ssh.ts";

const limitMs = 900_000;

/** Takes a point as its timer would: by its unit, with that unit's priority. Null when the pause limit made it give up. */
export async function runPoint(host: SshHost): Promise<PointResult | null> {
  const record = await runJob(host, "point", pointRecord);
  if (record.lastRun.exitCode === exitCodes.pauseLimit) return null;
  return goodResult("point", record);
}

/** Ships as its timer would: by its unit. */
export async function runShip(host: SshHost): Promise<ShipResult> {
  return goodResult("ship", await runJob(host, "ship", shipRecord));
}

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
  host: SshHost,
  job: "point" | "ship",
  schema: z.ZodType<JobRecord<Result>>,
): Promise<JobRecord<Result>> {
  const before = await readRecord(host, job, schema);
  let failure: unknown;
  try {
    await host.run(["systemctl", "start", `kaleem-${job}.service`], { timeoutMs: limitMs });
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
  host: SshHost,
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
  throw new Error(`bench: kaleem-${job}.service failed: ${lastRun.message}`);
}
