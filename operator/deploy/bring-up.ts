import { catalog } from "../../catalog/catalog.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../recovery/lineage/head-store.ts";
import { joinedProgress, type Beside } from "../../workstation/joined-progress.ts";
import { PointCatalogue } from "../../recovery/point/point-catalogue.ts";
import type { Progress } from "../../workstation/progress.ts";
import { timedProgress, type PhaseSeconds } from "../../workstation/timed-progress.ts";
import { readRotationJournal, refuseOther } from "../secrets/rotation-journal.ts";
import { SshHost } from "../ssh/ssh.ts";
import { decideOnData, type DataDecision, type DataState } from "../stack/data-decision.ts";
import { hasShipped, isEdgeClosed, readFounding, readLineage, readUnfinished } from "../stack/data-state.ts";
import { openPlace } from "../stack/open-place.ts";
import type { Place, PreparedPlace } from "../stack/place.ts";
import type { RecoveryKit } from "../kit/recovery-kit.ts";
import type { Stack } from "../stack/stack.ts";
import { agree, isYes, type Agreement } from "./agree.ts";
import { deploy, type Deployed } from "./deploy.ts";
import { firstPoint } from "./first-point.ts";
import { withOperationLock } from "./operation-lock.ts";
import { type ChangePlan, describePlan } from "./planned-changes.ts";
import { planChanges } from "./plan-changes.ts";
import { recordingDeployment } from "./record-deployment.ts";

export interface BringUpRequest {
  readonly stack: Stack;
  readonly progress: Progress;
  /** How a plan is agreed to. Left out: nobody is asked, as on an emulated machine, and data are at no risk. */
  readonly agreement?: Agreement;
  /** Brings back a platform that was lost: its secrets come from the bucket. */
  readonly kit?: RecoveryKit;
  /** An empty data root beside a bucket without a head founds a lineage. An emulated platform, with nobody who could lose data, always does. */
  readonly firstInstall?: boolean;
  /** The machine may be taken over from a state that is lost for good. */
  readonly takeState?: boolean;
  /** The data of a lost platform come back afterwards: no first install, whatever the stack's file says. */
  readonly recovering?: true;
  /** Goes on beside the declaring of a platform that stays closed; started once the agent can work on its host. */
  readonly beside?: Beside & { start(host: SshHost): void };
  /** It is part of a rotation; without it, one that has not ended is refused. */
  readonly rotating?: true;
  /** Settings that win over the stack's file, by key without the namespace. Local stacks alone. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface BroughtUp extends Deployed {
  readonly engine: Engine;
  readonly context: StackContext;
  readonly stack: Stack;
  readonly offsite: BucketLocation;
  readonly offsiteKeys: OffsiteCredentials;
  readonly host: SshHost;
  readonly data: DataDecision;
  /** What is not protected, whatever is done. */
  readonly remarks: readonly string[];
  /** Image reference → what is in it, such as `FerretDB 1.24.0 (stand-in)`. */
  readonly versions: ReadonlyMap<string, string>;
  /** What each phase took, in order. */
  readonly phases: readonly PhaseSeconds[];
}

/** A stack that is ready to be declared: nothing of it was changed yet. */
interface Ready {
  readonly engine: Engine;
  readonly place: Place;
  readonly prepared: PreparedPlace;
  readonly host: SshHost;
  readonly data: DataDecision;
  readonly context: StackContext;
}

/** Everything from a bare machine to a platform that answers, or that waits closed for its restore. Idempotent. */
export async function bringUp(request: BringUpRequest): Promise<BroughtUp> {
  const { stack, beside } = request;
  const shown = beside === undefined ? request.progress : joinedProgress(request.progress, beside);
  const { progress, phases } = timedProgress(shown);
  if (request.rotating !== true) refuseOther(await readRotationJournal(stack), "", stack.name);
  const ready = await getReady(request, progress);
  const { context, data, host, place, prepared, engine } = ready;
  if (request.agreement !== undefined) {
    const plan = await planned(ready, progress);
    await agree(stack.name, plan, request.agreement);
  }
  const deployed = await locked(request, host, async () => {
    await prepared.claim();
    const say = (sentence: string): void => progress.note(`  ${sentence}`);
    const done = await recordingDeployment({ host, stack: stack.name, say }, () =>
      deploy({
        context,
        place,
        host,
        data,
        progress,
        ...(beside === undefined || !data.closed
          ? {}
          : {
              onAgent: () => {
                beside.start(host);
              },
            }),
      }),
    );
    if (data.firstPoint) await progress.step("first point", (report) => firstPoint(host, report));
    return done;
  });
  const { offsite, offsiteKeys, versions, remarks } = prepared;
  return { engine, context, stack, offsite, offsiteKeys, host, data, remarks, ...deployed, versions, phases };
}

/** A rotation holds the host's lock already. */
function locked<T>({ rotating }: BringUpRequest, host: SshHost, work: () => Promise<T>): Promise<T> {
  return rotating === true ? work() : withOperationLock(host.target, "up", work);
}

/** What `bringUp` would do, and nothing of it done. */
export async function preview(request: BringUpRequest): Promise<ChangePlan> {
  return planned(await getReady(request, request.progress), request.progress);
}

async function getReady(request: BringUpRequest, progress: Progress): Promise<Ready> {
  const { stack, kit, agreement, settings = {} } = request;
  let found: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => (found ??= findOrBuildEngine(progress));
  const place = await openPlace(stack);
  const prepared = await place.prepare({
    progress,
    settings,
    engine,
    takeState: request.takeState === true,
    mayDo: async (question) => {
      if (agreement?.yes === true || agreement === undefined) return;
      const answer = await agreement.ask?.(`${question} [y/N] `);
      if (!isYes(answer))
        throw new Error(`${question} Not agreed to; nothing was changed. Say yes, or add --yes.`);
    },
  });
  const host = new SshHost(prepared.ssh);
  const data = await progress.step("data", async (report) => {
    const decision = await lookAtData(host, prepared, {
      stack: stack.name,
      firstInstall: request.recovering !== true && (request.firstInstall === true || prepared.firstInstall),
      emulated: stack.kind === "local",
      kitGiven: kit !== undefined,
    });
    report(decision.reason);
    return decision;
  });
  const context = await progress.step("stack file and secrets", async () =>
    place.openContext({ engine: await engine(), data, settings, ...(kit === undefined ? {} : { kit }) }),
  );
  return { engine: await engine(), place, prepared, host, data, context };
}

async function planned({ context }: Ready, progress: Progress): Promise<ChangePlan> {
  const plan = await progress.step("plan", async (report) => {
    const described = describePlan(await planChanges(context), catalog);
    if (described.unchanged) report("unchanged");
    return described;
  });
  for (const line of plan.lines) progress.note(line);
  return plan;
}

async function lookAtData(
  host: SshHost,
  { offsite, offsiteKeys }: PreparedPlace,
  said: Pick<DataState, "stack" | "firstInstall" | "emulated" | "kitGiven">,
): Promise<DataDecision> {
  const bucket = new Bucket(offsite, offsiteKeys);
  const [founded, founding, shipped, found, points, unfinished, edgeClosed] = await Promise.all([
    readLineage(host),
    readFounding(host),
    hasShipped(host),
    new HeadStore(bucket).read(),
    new PointCatalogue(bucket).read(),
    readUnfinished(host),
    isEdgeClosed(host),
  ]);
  return decideOnData({
    founded,
    founding,
    shipped,
    head: found?.head ?? null,
    points: points !== null && points.length > 0,
    unfinished,
    edgeClosed,
    ...said,
  });
}
