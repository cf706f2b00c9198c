import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { forgetArguments } from "../../restic/retention.ts";
import type { AgentContext } from "../context.ts";
import { writeMetrics } from "../../metrics/metrics.ts";

const hour = 3_600_000;
/** So that the next point is never late: an interrupted prune goes on where it was. */
const limitMs = 120_000;
const lookMs = 500;

interface MaintenanceState {
  forgotAt: number;
  prunedAt: number;
}

/**
 * Forgets by retention once an hour and prunes once a day, after a point. Gives way to whoever wants the repository. A failure is
 * loud in the log and the metrics but does not make the point, which is safe, a failed one.
 */
export async function maintainLocal(context: AgentContext, lineage: string): Promise<void> {
  const path = `${layout.agentState}/maintenance.json`;
  const state = await readState(context, path);
  const now = context.host.now().getTime();
  if (now - state.forgotAt < hour) return;
  const { local, locks, log, config, host } = context;
  let exitCode: number = exitCodes.ok;
  try {
    const lock = await locks.acquire("repository");
    const giveWay = new AbortController();
    const watch = setInterval(() => {
      locks.wanted("repository").then(
        (wanted) => wanted && giveWay.abort(),
        (error: unknown) => giveWay.abort(error),
      );
    }, lookMs);
    try {
      const limits = { signal: AbortSignal.any([giveWay.signal, context.interrupted]), timeoutMs: limitMs };
      await log.phase("forget", () => local.forget(forgetArguments(lineage, config.retention), limits));
      state.forgotAt = now;
      if (now - state.prunedAt >= 24 * hour) {
        await log.phase("prune", () => local.prune(limits));
        state.prunedAt = now;
      }
    } catch (error) {
      if (!giveWay.signal.aborted) throw error;
      log.line("maintenance gave way to a run that wants the repository");
    } finally {
      clearInterval(watch);
      await lock.release();
    }
    await host.writeFile(path, `${JSON.stringify(state)}\n`, 0o644);
  } catch (error) {
    exitCode = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
    if (exitCode === exitCodes.busy) return;
    log.line(
      `WARNING: maintenance of the local repository failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const labels = { job: "maintenance" };
  await writeMetrics(host, layout.metrics, "maintenance", [
    { name: "backup_last_exit_code", help: "How the last run ended; 0 is success.", labels, value: exitCode },
    {
      name: "backup_last_run_timestamp_seconds",
      help: "When the last run ended.",
      labels,
      value: now / 1000,
    },
  ]);
}

async function readState(context: AgentContext, path: string): Promise<MaintenanceState> {
  const text = await context.host.readFile(path);
  if (text === null) {
    // A new host has nothing to forget yet; its clock starts now.
    const now = context.host.now().getTime();
    await context.host.writeFile(path, `${JSON.stringify({ forgotAt: now, prunedAt: now })}\n`, 0o644);
    return { forgotAt: now, prunedAt: now };
  }
  try {
    const value = JSON.parse(text) as Partial<MaintenanceState>;
    return { forgotAt: value.forgotAt ?? 0, prunedAt: value.prunedAt ?? 0 };
  } catch {
    // Damaged: then maintenance is simply due.
    return { forgotAt: 0, prunedAt: 0 };
  }
}
