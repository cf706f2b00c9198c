import type { Engine } from "../../toolchain/engine/engine.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import type { OffsiteCredentials } from "../../recovery/lineage/offsite-credentials.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../recovery/lineage/head-store.ts";
import type { Progress } from "../../workstation/progress.ts";
import { timedProgress, type PhaseSeconds } from "../../workstation/timed-progress.ts";
import { readRotationJournal, refuseOther } from "../secrets/rotation-journal.ts";
import { SshHost } from "../ssh/ssh.ts";
import { decideOnData, type DataDecision } from "../stack/data-decision.ts";
import { readLineage } from "../stack/data-state.ts";
import { mergeSettings } from "../stack/merge-settings.ts";
import { openPlace } from "../stack/open-place.ts";
import type { PreparedPlace } from "../stack/place.ts";
import { prepareStack } from "../stack/prepare-stack.ts";
import type { RecoveryKit } from "../stack/recovery-kit.ts";
import type { Stack } from "../stack/stack.ts";
import { deploy, type Deployed } from "./deploy.ts";
import { recordingDeployment } from "./record-deployment.ts";

export interface BringUpRequest {
  readonly stack: Stack;
  readonly progress: Progress;
  /** Brings back a platform that was lost: its secrets come from the bucket. */
  readonly kit?: RecoveryKit;
  /** An empty data root beside a bucket without a head founds a lineage. An emulated platform, with nobody who could lose data, always does. */
  readonly firstInstall?: boolean;
  /** It is part of a rotation; without it, one that has not ended is refused. */
  readonly rotating?: true;
  /** Settings that win over the stack's file, by key without the namespace. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface BroughtUp extends Deployed {
  readonly engine: Engine;
  readonly context: StackContext;
  readonly stack: Stack;
  readonly offsite: BucketLocation;
  /** The bucket's keys, where the place made them. */
  readonly offsiteKeys: OffsiteCredentials | null;
  readonly host: SshHost;
  readonly data: DataDecision;
  /** Image reference → what is in it, such as `FerretDB 1.24.0 (stand-in)`. */
  readonly versions: ReadonlyMap<string, string>;
  /** What each phase took, in order. */
  readonly phases: readonly PhaseSeconds[];
}

/** Everything from a bare machine to a platform that answers, or that waits closed for its restore. Idempotent. */
export async function bringUp(request: BringUpRequest): Promise<BroughtUp> {
  const { stack, kit, settings = {} } = request;
  const { progress, phases } = timedProgress(request.progress);
  if (request.rotating !== true) refuseOther(await readRotationJournal(stack), "", stack.name);
  const place = await openPlace(stack);
  const prepared = await place.prepare({ progress, settings });
  const engine = await findOrBuildEngine(progress);
  const host = new SshHost(prepared.ssh);

  const data = await progress.step("data", async (report) => {
    const decision = await lookAtData(
      host,
      prepared,
      stack.kind === "local" || request.firstInstall === true,
    );
    report(decision.reason);
    return decision;
  });
  const context = await progress.step("stack file and secrets", () =>
    prepareStack({
      stack,
      engine,
      offsiteKeys: prepared.offsiteKeys,
      ...(kit === undefined ? {} : { kit }),
      found: mergeSettings({ ...prepared.found, closed: data.closed }, settings),
    }),
  );
  const say = (sentence: string): void => progress.note(`  ${sentence}`);
  const deployed = await recordingDeployment({ host, stack: stack.name, say }, () =>
    deploy({ context, place, host, data, progress }),
  );
  const { offsite, offsiteKeys, versions } = prepared;
  return { engine, context, stack, offsite, offsiteKeys, host, data, ...deployed, versions, phases };
}

async function lookAtData(
  host: SshHost,
  { offsite, offsiteKeys }: Pick<PreparedPlace, "offsite" | "offsiteKeys">,
  firstInstall: boolean,
): Promise<DataDecision> {
  if (offsiteKeys === null) throw new Error("the bucket's keys are not known yet");
  const bucket = new Bucket(offsite, offsiteKeys);
  const [founded, found] = await Promise.all([readLineage(host), new HeadStore(bucket).read()]);
  return decideOnData({ founded, head: found?.head ?? null, firstInstall });
}
