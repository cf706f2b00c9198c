import type { Docker } from "../docker/docker.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { pauseAll, stillPaused, unpauseAll, type Pausable, type PauseJournal } from "./pause.ts";
import type { Pass } from "./reflink-copy.ts";

/** What a copy under a pause works with. */
export interface FrozenCopy {
  readonly docker: Docker;
  readonly containers: () => Promise<readonly Pausable[]>;
  readonly journal: PauseJournal;
  /** Asked at the end: what else makes the copy not count, such as a container that was started meanwhile; null when nothing does. */
  readonly disturbed?: () => Promise<string | null>;
  readonly secondPass: (signal: AbortSignal) => Promise<Pass>;
  readonly pauseLimitMs: number;
  /** SIGTERM or SIGINT. */
  readonly interrupted: AbortSignal;
  readonly log: (line: string) => void;
}

/** How it went. */
export interface FrozenResult {
  readonly pass: Pass;
  /** From the first pause asked for to the last unpause done, of the attempt that counted. */
  readonly pauseMs: number;
  /** When the pause of the attempt that counted was asked for. */
  readonly pausedAt: Date;
  readonly attempts: number;
}

const attemptLimit = 3;

/**
 * Copies while the containers stand still, and makes sure that they did: a `service update` unpauses a task, so the copy counts only if
 * every container is still the same one and paused at its end. When it is not, or when one could not be frozen, all is tried again.
 * Past the limit it thaws first and reports after. However this ends, no container stays paused.
 */
export async function copyFrozen(work: FrozenCopy): Promise<FrozenResult> {
  for (let attempt = 1; ; attempt += 1) {
    work.interrupted.throwIfAborted();
    const outcome = await attemptOnce(work);
    if (typeof outcome !== "string") return { ...outcome, attempts: attempt };
    work.log(`copy discarded, attempt ${attempt} of ${attemptLimit}: ${outcome}`);
    if (attempt >= attemptLimit) {
      throw new RecoveryError(
        exitCodes.failed,
        `No point: ${outcome}; failed ${attemptLimit} times in a row. An update may be running, or the machine is overloaded: the next point tries again.`,
      );
    }
  }
}

/** The result, or why the copy does not count. */
async function attemptOnce(work: FrozenCopy): Promise<Omit<FrozenResult, "attempts"> | string> {
  const { docker, journal } = work;
  const containers = await work.containers();
  const limit = new AbortController();
  const started = performance.now();
  const pausedAt = new Date();
  const timer = setTimeout(() => limit.abort(new Error("pause limit")), work.pauseLimitMs);
  const stop = AbortSignal.any([limit.signal, work.interrupted]);
  const frozen = pauseAll(docker, containers, journal);
  let thawed: Promise<void> | null = null;
  let pauseMs = 0;
  // Never while a pause is still on its way: it would freeze again what was just thawed.
  const thaw = (): Promise<void> =>
    (thawed ??= frozen.then(async (refusal) => {
      // All run again already, and may be paused for the next attempt.
      if (refusal !== null) return;
      await unpauseAll(docker, containers, journal);
      pauseMs = performance.now() - started;
    }));
  // At once, though a slow copy may still be going on: that one only has to end before the next begins.
  stop.addEventListener("abort", () => void thaw().catch(() => undefined), { once: true });
  try {
    const refusal = await frozen;
    if (refusal !== null) return refusal;
    stop.throwIfAborted();
    const pass = await work.secondPass(stop);
    const changed = (await stillPaused(docker, containers)) ?? (await work.disturbed?.()) ?? null;
    stop.throwIfAborted();
    await thaw();
    if (changed !== null) return changed;
    return { pass, pauseMs, pausedAt };
  } catch (error) {
    await thaw();
    if (limit.signal.aborted) throw pastLimit(work.pauseLimitMs, pauseMs);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function pastLimit(limitMs: number, tookMs: number): RecoveryError {
  return new RecoveryError(
    exitCodes.pauseLimit,
    `No point: the copy was not done within the pause limit of ${limitMs} ms (the stores stood still for ${Math.round(tookMs)} ms). ` +
      `The stores run again. If this repeats, look for a slow disk or raise backups.pauseLimit.`,
  );
}
