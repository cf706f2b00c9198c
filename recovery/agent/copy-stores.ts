import { exitCodes, RecoveryError } from "../exit-codes.ts";
import { layout } from "../layout.ts";
import { readIdentity } from "../lineage/identity.ts";
import { filesDirectory, manifestFile, type Manifest } from "../manifest.ts";
import { unpauseLeftOvers } from "../point/pause.ts";
import { newPointId } from "../point/point-id.ts";
import type { PointTags } from "../point/point-tags.ts";
import { ReflinkCopy, type Pass } from "../point/reflink-copy.ts";
import { startThawGuard } from "../point/thaw-guard.ts";
import { copyFrozen, type FrozenResult } from "../point/two-pass.ts";
import type { AgentContext } from "./context.ts";
import { describeCopy } from "./describe-copy.ts";
import { duration } from "./log.ts";
import { withStores, type Store } from "./store.ts";

/** A count informs a restore; a point that waits for one is a point late. Counted twice, in parallel over the stores. */
const countLimitMs = 4_000;

/** A copy of all stores of one instant, and what was seen while it was made. */
export interface StoreCopy {
  readonly tags: PointTags;
  readonly manifest: Manifest;
  readonly first: Pass;
  readonly frozen: FrozenResult;
}

/**
 * Copies every store's files into `points/current`, all of one instant, beside their manifest. The caller holds the data lock.
 * @throws RecoveryError `storeDown` when a store does not run, does not answer or was replaced meanwhile; `pauseLimit` and others of
 * the copy at a standstill. The stores run again in every case.
 */
export async function copyStores(context: AgentContext): Promise<StoreCopy> {
  const { docker, host, log, stores, opening } = context;
  const journal = { host, path: layout.paused };
  const left = await unpauseLeftOvers(docker, journal);
  if (left.length > 0) log.line(`unpaused ${left.length} containers that a killed run had left paused`);
  return withStores(
    stores.map(({ name }) => name),
    opening,
    async (open) => {
      try {
        return await copyOpenStores(context, open);
      } catch (error) {
        // A client can only tell that its connection ended; why it did says more.
        if (error instanceof RecoveryError && error.exitCode === exitCodes.storeDown)
          await sameContainers(context, open);
        throw error;
      }
    },
  );
}

async function copyOpenStores(context: AgentContext, open: readonly Store[]): Promise<StoreCopy> {
  const { config, docker, host, interrupted, log, machineId } = context;
  const identity = await readIdentity(host, layout.lineage, machineId);
  const directories = context.stores.flatMap(({ data }) => Object.values(data));
  const copy = new ReflinkCopy({
    from: layout.live,
    to: `${layout.point}/${filesDirectory}`,
    directories,
    index: layout.pointIndex,
  });
  const instant = host.now();
  const id = newPointId(instant);
  await log.phase("canary", () => eachStore(open, (store) => store.writeCanary(id)));
  const before = await log.phase("counts before", () =>
    eachStore(open, (store) => store.counts(countLimitMs)),
  );
  const first = await log.phase("first pass", () => copy.firstPass(interrupted), describePass);
  await log.phase("sync", () => host.run(["sync", "-f", layout.dataRoot], { timeoutMs: 120_000 }));
  const guard = await startThawGuard([...context.opening.self, "unpause"]);
  const frozen = await log
    .phase(
      "copy at a standstill",
      () =>
        copyFrozen({
          docker,
          containers: () => sameContainers(context, open),
          journal: { host, path: layout.paused },
          secondPass: (signal) => copy.secondPass(signal),
          pauseLimitMs: config.pauseLimitMs,
          interrupted,
          log: (line) => log.line(line),
        }),
      (result) => `paused ${duration(result.pauseMs)}, ${describePass(result.pass)}`,
    )
    .finally(() => guard.dismiss());
  const after = await log.phase("counts after", () => eachStore(open, (store) => store.counts(countLimitMs)));
  const versions = await eachStore(open, (store) => store.version());
  const held = await log.phase("check of the copy", () => copy.finish());
  const empty = directories.filter((name) => (held[name]?.files ?? 0) === 0);
  if (empty.length > 0) {
    throw new RecoveryError(
      exitCodes.failed,
      `No point: ${empty.map((name) => `${layout.live}/${name}`).join(", ")} holds no file, though its store runs: is it mounted?`,
    );
  }
  const { tags, manifest } = describeCopy({
    id,
    lineage: identity.lineage,
    generation: identity.generation,
    host: machineId,
    stack: config.stack,
    instant,
    pauseMs: frozen.pauseMs,
    held,
    stores: open.map(({ service, container }) => ({
      service,
      image: container.image,
      directories: Object.values(context.stores.find(({ name }) => name === service)?.data ?? {}),
      before: before.get(service) ?? {},
      after: after.get(service) ?? {},
      version: versions.get(service) ?? "",
    })),
  });
  await host.writeFile(`${layout.point}/${manifestFile}`, `${JSON.stringify(manifest, null, 2)}\n`);
  return { tags, manifest, first, frozen };
}

/** The containers that the open clients talk to; when a store was replaced meanwhile its canary proves nothing. */
async function sameContainers(context: AgentContext, open: readonly Store[]): Promise<Store["container"][]> {
  return Promise.all(
    open.map(async ({ service, container }) => {
      const [now] = await context.docker.containersOf(service);
      if (now === undefined || now.id !== container.id || now.startedAt !== container.startedAt) {
        throw new RecoveryError(
          exitCodes.storeDown,
          `No point: store ${service} was restarted while the point was taken. The next point follows.`,
        );
      }
      return now;
    }),
  );
}

async function eachStore<T>(
  open: readonly Store[],
  ask: (store: Store) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  return new Map(await Promise.all(open.map(async (store) => [store.service, await ask(store)] as const)));
}

function describePass(pass: Pass): string {
  return `${pass.files} files copied, ${pass.removed} removed, looking ${duration(pass.scanMs)}, copying ${duration(pass.applyMs)}`;
}
