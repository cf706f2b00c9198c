import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { ensureCloud, type Cloud } from "../../local/cloud/ensure-cloud.ts";
import { catalog } from "../../catalog/catalog.ts";
import { parseLock } from "../../local/images/image-lock.ts";
import { upstreamOnly, type UpstreamOnlyService } from "../../local/images/upstream-only.ts";
import { ensureImages } from "../../local/images/ensure-images.ts";
import type { StackInstance } from "../../local/instance.ts";
import { ensurePrerequisites } from "../../local/prerequisites/ensure-prerequisites.ts";
import type { Progress } from "../../workstation/progress.ts";
import { readRotationJournal, refuseOther } from "../secrets/rotation-journal.ts";
import { sshKeyPair } from "../ssh/ssh-key-pair.ts";
import { createMachine, type EmulatedMachine } from "../../local/machine/create-machine.ts";
import { Bucket } from "../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../recovery/lineage/head-store.ts";
import { SshHost } from "../ssh/ssh.ts";
import { readLineage } from "../stack/data-state.ts";
import { deploy, type Deployed } from "./deploy.ts";
import { decideOnData, type DataDecision } from "../stack/data-decision.ts";
import { writtenServices } from "../stack/committed-stack-file.ts";
import { mergeSettings } from "../stack/merge-settings.ts";
import { prepareStack } from "../stack/prepare-stack.ts";
import type { RecoveryKit } from "../stack/recovery-kit.ts";
import { openStackPaths, type StackPaths } from "../stack/stack-paths.ts";
import { timedProgress, type PhaseSeconds } from "../../workstation/timed-progress.ts";
import { recordingDeployment } from "./record-deployment.ts";

export interface BringUpRequest {
  readonly instance: StackInstance;
  readonly progress: Progress;
  /** Brings back a platform that was lost: its secrets come from the bucket. */
  readonly kit?: RecoveryKit;
  /** It is part of a rotation; without it, one that has not ended is refused. */
  readonly rotating?: true;
  /** Settings that win over the committed stack file, by key without the namespace. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface BroughtUp extends Deployed {
  readonly engine: Engine;
  readonly context: StackContext;
  readonly paths: StackPaths;
  readonly cloud: Cloud;
  readonly machine: EmulatedMachine;
  readonly host: SshHost;
  readonly data: DataDecision;
  /** Image reference → what is in it, such as `FerretDB 1.24.0 (stand-in)`. */
  readonly versions: ReadonlyMap<string, string>;
  /** What each phase took, in order. */
  readonly phases: readonly PhaseSeconds[];
}

/** Everything from a bare machine to a platform that answers, or that waits closed for its restore. Idempotent. */
export async function bringUp(request: BringUpRequest): Promise<BroughtUp> {
  const { instance } = request;
  const { progress, phases } = timedProgress(request.progress);
  if (request.rotating !== true) refuseOther(await readRotationJournal(instance), "", instance.stack);
  await ensurePrerequisites(progress);
  const engine = await findOrBuildEngine(progress);
  const paths = await openStackPaths(instance);
  const cloud = await ensureCloud(instance, progress);
  const written = await writtenServices(instance.repository, request.settings);
  const { missing } = await ensureImages(instance, progress, upstreamOnly(catalog, written));
  const key = await sshKeyPair(dirname(instance.machine.privateKey));
  const machine = await createMachine(instance, { authorizedKey: key.publicKey }, progress);
  const host = new SshHost({
    address: machine.address,
    port: machine.port,
    user: "root",
    privateKeyFile: instance.machine.privateKey,
    knownHostsFile: machine.knownHostsFile,
  });

  const data = await progress.step("data", async (report) => {
    const decision = await lookAtData(host, cloud);
    report(decision.reason);
    return decision;
  });
  const context = await progress.step("stack file and secrets", () =>
    prepareStack({
      instance,
      engine,
      paths,
      offsiteKeys: cloud.keys,
      ...(request.kit === undefined ? {} : { kit: request.kit }),
      found: mergeSettings(
        { ...foundSettings(instance, machine, cloud, data), services: switchedOff(missing) },
        request.settings ?? {},
      ),
    }),
  );
  const say = (sentence: string): void => progress.note(`  ${sentence}`);
  const deployed = await recordingDeployment({ host, stack: instance.stack, say }, () =>
    deploy({ context, instance, host, data, progress }),
  );
  const versions = await imageVersions(instance);
  return { engine, context, paths, cloud, machine, host, data, ...deployed, versions, phases };
}

async function imageVersions({ cloud }: StackInstance): Promise<ReadonlyMap<string, string>> {
  const lock = parseLock(await readFile(cloud.imageLock, "utf8")) ?? {};
  return new Map(Object.values(lock).map(({ ref, version, source }) => [ref, `${version} (${source})`]));
}

/** Services that are on by default, and whose image cannot be had here, give way. */
function switchedOff(missing: readonly UpstreamOnlyService[]): Record<string, unknown> {
  const off = { enabled: false, offBecause: "its image cannot be had here" };
  return Object.fromEntries(missing.map(({ name }) => [name, off]));
}

async function lookAtData(host: SshHost, cloud: Cloud): Promise<DataDecision> {
  const bucket = new Bucket(cloud.offsite, cloud.keys);
  const [founded, found] = await Promise.all([readLineage(host), new HeadStore(bucket).read()]);
  // An emulated platform has nobody who could lose data by a first install.
  return decideOnData({ founded, head: found?.head ?? null, firstInstall: true });
}

function foundSettings(
  instance: StackInstance,
  machine: EmulatedMachine,
  cloud: Cloud,
  data: DataDecision,
): Record<string, unknown> {
  return {
    host: {
      kind: "ssh",
      address: machine.address,
      port: machine.port,
      user: "root",
      hostKey: machine.hostKey,
      privateKeyFile: instance.machine.privateKey,
      knownHostsFile: machine.knownHostsFile,
      insecureRegistries: [instance.cloud.registry.authority],
    },
    imageLock: instance.cloud.imageLockName,
    closed: data.closed,
    offsite: cloud.offsite,
  };
}
