import { exitCodes } from "../../contract/exit-codes.ts";
import type { RestoreReport } from "../../recovery/restore/report/report.ts";
import type { Progress } from "../../workstation/progress.ts";
import type { PhaseSeconds } from "../../workstation/timed-progress.ts";
import { restoreStack, type RestoreAsk } from "../agent/restore-stack.ts";
import type { Agreement } from "../deploy/agree.ts";
import { bringUp, type BringUpRequest, type BroughtUp } from "../deploy/bring-up.ts";
import { withOperationLock } from "../deploy/operation-lock.ts";
import { readUnfinished } from "../stack/data-state.ts";
import type { RecoveryKit } from "../kit/recovery-kit.ts";
import type { SshHost } from "../ssh/ssh.ts";
import type { Stack } from "../stack/stack.ts";
import { FetchBeside, isRunning, type FetchEnd } from "./fetch-beside.ts";
import { awaitRestore, isReplacing, serves } from "./host-restore.ts";
import { PhaseSteps } from "./phase-steps.ts";

export interface RecoverRequest {
  readonly stack: Stack;
  readonly progress: Progress;
  /** `latest`, a point's id, or a time. */
  readonly at: string;
  /** Discards an unfinished restore of another point. */
  readonly fromScratch: boolean;
  /** Findings of the verification that do not fail it, by their names. */
  readonly accept?: readonly string[];
  /** A point that was never proven is not proven now. */
  readonly withoutProof?: boolean;
  /** How the plan is agreed to; left out on an emulated machine. */
  readonly agreement?: Agreement;
  /** Brings back an emulated platform under another name. */
  readonly kit?: RecoveryKit;
  /** The machine, where it is known beforehand: an earlier run may have left a restore at work there. */
  readonly host?: SshHost;
  /** The agent's log lines. */
  readonly onLog?: (line: string) => void;
}

/** How a recovery ended. */
export interface Recovered {
  readonly up: BroughtUp;
  readonly fetch: FetchEnd;
  /** Null when there was nothing left to restore. */
  readonly report: RestoreReport | null;
  /** Why there was nothing left to restore; null when there was. */
  readonly serves: string | null;
  readonly phases: readonly PhaseSeconds[];
}

/** How a platform is declared, and its data restored: as they are, or as a test makes them. */
export interface RecoverActs {
  readonly bringUp: (request: BringUpRequest) => Promise<BroughtUp>;
  readonly restore: (host: SshHost, ask: RestoreAsk, steps: PhaseSteps) => Promise<RestoreReport>;
}

/**
 * From a machine that its stack's file names to a platform that serves its data again: declared closed, and meanwhile its point fetched;
 * then placed, verified and opened. Each part finds what an earlier run has done, so that it goes on after whatever stopped that: the
 * engine by its state, fetch and restore by the journal on the host. What an earlier run has left at work there is waited for.
 */
export async function recoverStack(
  request: RecoverRequest,
  acts: RecoverActs = { bringUp, restore: restoreOn(request) },
): Promise<Recovered> {
  const { stack, progress, host, kit } = request;
  if (host !== undefined && (await isReplacing(host)))
    await progress.step("restore of an earlier run", (report) => awaitRestore(host, report));
  const ask = {
    at: request.at,
    from: "offsite",
    // An emulated replacement has a name of its own, and the lost one's bucket.
    ...(stack.offsiteOf === stack.name ? {} : { ofStack: stack.offsiteOf }),
    fromScratch: request.fromScratch,
    ...(request.accept === undefined ? {} : { accept: [...request.accept] }),
    ...(request.withoutProof === undefined ? {} : { withoutProof: request.withoutProof }),
  } as const;
  const beside = new FetchBeside({ request: ask, ...logOf(request) });
  const declare = (more: Partial<BringUpRequest>): Promise<BroughtUp> =>
    acts.bringUp({
      stack,
      progress,
      recovering: true,
      ...(request.agreement === undefined ? {} : { agreement: request.agreement }),
      ...(kit === undefined ? {} : { kit }),
      ...more,
    });
  try {
    const up = await declare({ beside });
    const ended = { up, phases: up.phases };
    if (!up.data.closed) {
      // Killed after it had let customers in: what is left is the first point, and the report.
      const isLeft = (await readUnfinished(up.host))?.phase === "record";
      const report = isLeft ? await restore(up.host, ask, progress, acts) : null;
      return {
        ...ended,
        fetch: await beside.ended(),
        report,
        serves: report === null ? up.data.reason : null,
      };
    }
    const fetch = await awaitFetch(beside, progress);
    const report = await restore(
      up.host,
      { ...ask, fromScratch: ask.fromScratch && !beside.begun },
      progress,
      acts,
    );
    // The applications were declared at zero replicas and run now: the state is told, so that the next `up` finds nothing to do.
    if (report === null || report.exitCode === exitCodes.ok) await declare(agreedAlready(request));
    return { ...ended, fetch, report, serves: report === null ? "an earlier run has restored it" : null };
  } catch (error) {
    if (beside.text() !== "") progress.note("  the fetch goes on on the host; run this again to go on");
    beside.leave();
    throw error;
  }
}

/** One more line of progress, when what is declared was there first. */
async function awaitFetch(beside: FetchBeside, progress: Progress): Promise<FetchEnd> {
  const end = await progress.step("fetch", async (report) => {
    const draw = (): void => {
      report(beside.text());
    };
    const stop = beside.watch(draw);
    draw();
    try {
      const ended = await beside.ended();
      report(
        ended.state === "fetched" ? `beside the rest, ${ended.seconds.toFixed(1)} s in all` : ended.state,
      );
      return ended;
    } finally {
      stop();
    }
  });
  if (end.state === "failed") progress.note(`  fetch: ${end.sentence}`);
  return end;
}

/** Null when an earlier run's restore, which was still at work, has brought it to its end. */
async function restore(
  host: SshHost,
  ask: RestoreAsk,
  progress: Progress,
  acts: RecoverActs,
): Promise<RestoreReport | null> {
  for (;;) {
    const steps = new PhaseSteps(progress);
    try {
      return await acts.restore(host, ask, steps);
    } catch (error) {
      if (!isRunning(error)) throw error;
      await progress.step("restore of an earlier run", (report) => awaitRestore(host, report));
      if (await serves(host)) return null;
    } finally {
      steps.close();
    }
  }
}

function restoreOn(request: RecoverRequest): RecoverActs["restore"] {
  return (host, ask, steps) =>
    withOperationLock(host.target, "recover", () =>
      restoreStack({
        host,
        request: ask,
        onEvent: (event) => {
          steps.hear(event);
        },
        ...logOf(request),
      }),
    );
}

function logOf({ onLog }: RecoverRequest): { readonly onLog?: (line: string) => void } {
  return onLog === undefined ? {} : { onLog };
}

/** What was agreed to includes this. */
function agreedAlready({ agreement }: RecoverRequest): Partial<BringUpRequest> {
  return agreement === undefined ? {} : { agreement: { yes: true, replaceData: [], ask: null } };
}
