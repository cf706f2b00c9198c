import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { manifestFile, type Manifest } from "../../point/manifest.ts";
import { newPointId } from "../../point/point-id.ts";
import type { PointTags } from "../../point/point-tags.ts";
import type { Copied, Pass, ReflinkCopy } from "../../point/reflink-copy.ts";
import { startThawGuard, type ThawGuard } from "../../point/thaw-guard.ts";
import { copyFrozen, type FrozenCopy, type FrozenResult } from "../../point/two-pass.ts";
import type { AgentContext } from "../context.ts";
import { copyRunning, type RunningResult } from "./copy-running.ts";
import { type CopiedStore, describeCopy } from "./describe-copy.ts";
import { duration } from "../../host/log.ts";
import { type DataApplication, dataApplications } from "../data-applications.ts";
import { ApplicationTasks, sameContainers } from "./same-containers.ts";
import type { Store } from "../../stores/store.ts";

/** A copy of all stores, and what was seen while it was made. */
export interface StoreCopy {
  readonly tags: PointTags;
  readonly manifest: Manifest;
  /** First passes of both copies together. */
  readonly firstPassMs: number;
  readonly frozen: FrozenResult;
}

/** The two copies that a point is made of. */
export interface PointCopies {
  /** Of the stores that stand still for it. */
  readonly standing: Pick<ReflinkCopy, "firstPass" | "secondPass" | "finish">;
  /** Of those with `copied: "after-instant"`. */
  readonly running: Pick<ReflinkCopy, "firstPass" | "settle" | "secondPass" | "finish">;
}

/**
 * Copies the files of open stores, and of applications that keep some, in this order: canaries, what can be copied before (unpaused), all
 * that is paused at one instant, the applications too, then the stores that are copied while they run. Nothing is asked of a store that walks its data: what a point holds is told by its proof.
 * The manifest is written at the very end, and the copies are without their indexes until then: whatever ends this early leaves nothing
 * that a later run would take for a copy.
 */
export async function copyOpenStores(
  context: AgentContext,
  open: readonly Store[],
  copies: PointCopies,
): Promise<StoreCopy> {
  const { config, host, interrupted, log, machineId } = context;
  const { lineage, generation } = await readIdentity(host, layout.lineage, machineId);
  const instant = host.now();
  const id = newPointId(instant);
  const stores = open.map((store) => ({ store, definition: definitionOf(context, store) }));
  await log.phase("canary", () => each(stores, ({ store }) => store.writeCanary(id)));
  const firstPassMs = await firstPasses(context, copies);
  const oplogs = new Map(
    await each(stores, async ({ store, definition }) => {
      const position = definition.recovery.oplog === undefined ? null : await store.oplogPosition();
      return [store.service, position] as const;
    }),
  );
  await log.phase("sync", () => host.run(["sync", "-f", layout.dataRoot], { timeoutMs: 120_000 }));
  const isLate = ({ definition }: { readonly definition: StatefulDefinition }) =>
    definition.copied === "after-instant";
  const late = stores.filter(isLate).map(({ store }) => store);
  const paused = open.filter((store) => !late.includes(store));
  const guard = await startThawGuard([...context.opening.self, "unpause"], { journal: layout.paused });
  const { frozen, running } = await copyBoth(context, paused, late, copies).finally(() =>
    endGuard(context, guard),
  );
  const applications = await each(dataApplications(config), (one) => seenOf(context, one, frozen.pausedAt));
  const seen = await each(stores, async ({ store, definition }) => ({
    service: store.service,
    image: store.container.image,
    directories: Object.values(definition.data),
    version: await store.version(),
    oplog: oplogs.get(store.service) ?? null,
    copiedAt: (isLate({ definition }) ? running?.copiedAt : undefined) ?? frozen.pausedAt,
  }));
  const held = await log.phase("check of the copy", async () => ({
    ...(await copies.standing.finish(interrupted)),
    ...(running === null ? {} : await copies.running.finish(interrupted)),
  }));
  for (const line of leftOutOf(held)) log.line(line);
  refuseEmpty(context, held);
  interrupted.throwIfAborted();
  const { pauseMs } = frozen;
  const point = { id, lineage, generation, host: machineId, stack: config.stack, instant, pauseMs, held };
  const { tags, manifest } = describeCopy({ ...point, stores: [...seen, ...applications] });
  await host.writeFile(`${layout.point}/${manifestFile}`, `${JSON.stringify(manifest, null, 2)}\n`);
  return { tags, manifest, firstPassMs, frozen };
}

/** Which image an application's files were written by: its task's, or, where none runs, its service's. */
async function seenOf(
  { docker }: AgentContext,
  { name, data }: DataApplication,
  copiedAt: Date,
): Promise<CopiedStore> {
  const [[task], service] = await Promise.all([docker.containersOf(name), docker.inspectService(name)]);
  const image = task?.image ?? service?.image ?? "none: its service is not declared";
  return { service: name, image, directories: Object.values(data), version: null, oplog: null, copiedAt };
}

/** The guard goes on where somebody is still paused: it thaws as soon as we have ended. */
async function endGuard({ host, log }: AgentContext, guard: ThawGuard): Promise<void> {
  if ((await host.readFile(layout.paused)) === null) return guard.dismiss();
  log.line(`not everything runs again, see ${layout.paused}: thawing goes on when this run has ended`);
  guard.leave();
}

function leftOutOf(held: Readonly<Record<string, Copied>>): readonly string[] {
  return Object.values(held)
    .flatMap(({ leftOut }) => leftOut)
    .map(
      ({ reason, count, paths }) =>
        `left out of the point (${reason}): ${paths.join(", ")}${count > paths.length ? ` and ${count - paths.length} more` : ""}`,
    );
}

async function firstPasses({ log, interrupted }: AgentContext, copies: PointCopies): Promise<number> {
  const passes = [
    await log.phase("first pass", () => copies.standing.firstPass(interrupted), describePass),
    await log.phase("first pass of what runs on", () => copies.running.firstPass(interrupted), describePass),
  ];
  return passes.reduce((sum, { scanMs, applyMs }) => sum + scanMs + applyMs, 0);
}

/** The paused ones first: whatever they point at was written before, and is in the copy of those that run on. */
async function copyBoth(
  context: AgentContext,
  paused: readonly Store[],
  late: readonly Store[],
  { standing, running }: PointCopies,
): Promise<{ readonly frozen: FrozenResult; readonly running: RunningResult | null }> {
  const { docker, log } = context;
  const names = dataApplications(context.config).map(({ name }) => name);
  const tasks = new ApplicationTasks(docker, names);
  const frozen = await log.phase(
    "copy at a standstill",
    () =>
      copyFrozen({
        ...frozenCopy(context, paused, (signal) => standing.secondPass(signal)),
        containers: async () => [...(await sameContainers(docker, paused)), ...(await tasks.now())],
        disturbed: () => tasks.started(),
      }),
    ({ pauseMs, pass }) => `paused ${duration(pauseMs)}, ${describePass(pass)}`,
  );
  if (late.length === 0) return { frozen, running: null };
  const result = await log.phase(
    `copy of ${late.map(({ service }) => service).join(", ")}, running`,
    () =>
      copyRunning({
        ...frozenCopy(context, late, (signal) => running.secondPass(signal)),
        settle: (passes, signal) => running.settle(passes, signal),
      }),
    ({ copiedAt, passes, files }) =>
      `${passes} passes, ${files} files in the last, ${duration(copiedAt.getTime() - frozen.pausedAt.getTime())} after the instant of the others`,
  );
  return { frozen, running: result };
}

function frozenCopy(
  { docker, host, config, interrupted, log }: AgentContext,
  stores: readonly Store[],
  secondPass: FrozenCopy["secondPass"],
): FrozenCopy {
  return {
    docker,
    containers: () => sameContainers(docker, stores),
    journal: { host, path: layout.paused },
    secondPass,
    pauseLimitMs: config.pauseLimitMs,
    interrupted,
    log: (line) => log.line(line),
  };
}

/** A store that runs has files; one of its directories may be empty, such as that of snapshots nobody made. */
function refuseEmpty(
  { stores }: AgentContext,
  held: Readonly<Record<string, { readonly files: number }>>,
): void {
  const empty = stores
    .map(({ data }) => Object.values(data))
    .filter((directories) => directories.every((name) => (held[name]?.files ?? 0) === 0));
  if (empty.length === 0) return;
  throw new RecoveryError(
    exitCodes.failed,
    `No point: ${empty
      .flat()
      .map((name) => `${layout.live}/${name}`)
      .join(", ")} holds no file, though its store runs: is it mounted?`,
  );
}

function definitionOf({ stores }: AgentContext, { service }: Store): StatefulDefinition {
  const definition = stores.find(({ name }) => name === service);
  if (definition === undefined) throw new Error(`store ${service} was opened, but is none of this stack's`);
  return definition;
}

/** Asks of all at once. */
async function each<One, Told>(
  all: readonly One[],
  ask: (one: One) => Promise<Told>,
): Promise<readonly Told[]> {
  return Promise.all(all.map(ask));
}

function describePass(pass: Pass): string {
  return `${pass.files} files copied, ${pass.removed} removed, looking ${duration(pass.scanMs)}, copying ${duration(pass.applyMs)}`;
}
