import { rename, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Inventory, usualLimits } from "../../../catalog/inventory/inventory.ts";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { type DataApplication, dataApplications } from "../data-applications.ts";
import type { Manifest } from "../../point/manifest.ts";
import { BucketProofs } from "../../proof/bucket-proofs.ts";
import { filesInventory } from "../../proof/files-inventory.ts";
import { ProofFiles } from "../../proof/proof-files.ts";
import { ProofRecords, type ProofRecord } from "../../proof/proof-record.ts";
import { clearProof } from "../../proof/prove-point.ts";
import { memoryLack, proveStores, type StoreStart } from "../../proof/prove-stores.ts";
import type { InventoriesPort } from "../../restore/phases/ports.ts";
import { goneWithin } from "../../stores/lone-start.ts";
import { openStore } from "../../stores/store.ts";
import { proofStorePorts, startOf } from "../commands/prove.ts";
import type { AgentContext } from "../context.ts";
import { repositoryPassword } from "../repository-password.ts";

/** A proof that is under way ends at once for a restore. */
const proofWaitMs = 120_000;
/** A store that was stopped to make room recovers as after any stop. */
const healthyLimitMs = 900_000;
const lookMs = 500;

/** What is another where one store is restored alone. */
export interface AloneProof {
  readonly service: string;
  /** How its service starts it. */
  startOf(): Promise<StoreStart>;
  /** See `StoresProof.room`. */
  room(definition: StatefulDefinition, start: StoreStart): Promise<() => Promise<void>>;
}

/** Proofs of one store of a point: they say nothing of the point as a whole, and are kept apart from those that do. */
const aloneFolder = join(layout.agentState, "restore-proofs");

/** Inventories as a restore has them: recorded here or off-site, taken of a copy, or of the restored stores. */
export function restoreInventories(context: AgentContext, alone: AloneProof | null = null): InventoriesPort {
  const { host, opening } = context;
  const records = new ProofRecords(host, layout.proofs);
  const recordsAlone = new ProofRecords(host, aloneFolder);
  return {
    async recorded({ id, stores }) {
      const wanted = alone === null ? stores : [alone.service];
      const holdsAll = (record: ProofRecord): boolean =>
        wanted.every((store) => record.stores[store] !== undefined);
      const here = await records.read(id);
      if (here !== null && holdsAll(here)) return here;
      const ofOne = alone === null ? null : await recordsAlone.read(id);
      if (ofOne !== null && holdsAll(ofOne)) return ofOne;
      const shipped = await shippedProof(context, id);
      if (shipped === null) return here;
      await records.write(shipped);
      return shipped;
    },
    async keepCopy(from, directories, to) {
      const part = `${to}.part`;
      await rm(part, { recursive: true, force: true });
      const files = new ProofFiles({ point: from, indexes: [], clone: part, given: layout.proofFiles });
      await files.clone(directories, context.interrupted);
      await rename(part, to);
    },
    prove: (manifest, copy) => prove(context, alone === null ? records : recordsAlone, manifest, copy, alone),
    async take(name, like) {
      const application = dataApplications(context.config).find((one) => one.name === name);
      if (application !== undefined) return takeFiles(context, application, like);
      const store = await openStore(name, opening);
      try {
        return await store.inventory({ ...usualLimits, like });
      } finally {
        await store.close();
      }
    },
  };
}

/** Of the restored directories, which nobody may write to meanwhile. */
async function takeFiles(
  { docker }: AgentContext,
  { name, data }: DataApplication,
  like: Inventory,
): Promise<Inventory> {
  if ((await docker.containersOf(name)).length > 0)
    throw new RecoveryError(exitCodes.failed, `${name} runs already, and may be writing; close it first`);
  const folders = Object.entries(data).map(([inside, directory]) => {
    return { inside, folder: `${layout.live}/${directory}` };
  });
  return filesInventory(name, folders, { ...usualLimits, like });
}

/** Null when the bucket has none, or is away: the point then is proven again. */
async function shippedProof(context: AgentContext, point: string): Promise<ProofRecord | null> {
  try {
    const proofs = new BucketProofs(await context.bucket(), await repositoryPassword(context.host));
    return await proofs.read(point);
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error;
    context.log.line(`whether point ${point} was proven off-site cannot be told: ${error.message}`);
    return null;
  }
}

async function prove(
  context: AgentContext,
  records: ProofRecords,
  manifest: Manifest,
  copy: string,
  alone: AloneProof | null,
): Promise<ProofRecord> {
  const { host, docker, locks, log, interrupted, stores } = context;
  const lock = await locks.acquire("proof", proofWaitMs, "nothing");
  const files = new ProofFiles({
    point: copy,
    indexes: [],
    clone: layout.proof,
    given: layout.proofFiles,
  });
  try {
    await clearProof({ docker, files });
    const starts = new Map<string, StoreStart>();
    for (const definition of stores)
      if (manifest.stores[definition.name] !== undefined)
        starts.set(definition.name, await (alone?.startOf() ?? startOf(context, definition)));
    const directories = Object.values(manifest.stores).flatMap((store) => Object.keys(store.directories));
    await log.phase("clone", () => files.clone(directories, interrupted));
    const work = {
      log,
      files,
      stores,
      applications: dataApplications(context.config),
      storePorts: proofStorePorts(context),
      room: (definition: StatefulDefinition, start: StoreStart) =>
        alone?.room(definition, start) ?? makeRoom(context, definition, start),
      // The platform is closed, and nobody waits for anything else.
      sideBySide: { most: availableParallelism(), memory: host },
    };
    const proven = await proveStores(work, manifest, starts, interrupted);
    const record: ProofRecord = {
      point: manifest.point,
      instant: manifest.instant,
      at: host.now().toISOString(),
      ok: proven.problems.length === 0,
      ...proven,
    };
    await records.write(record);
    if (alone !== null) await records.keepOnly([record.point]);
    return record;
  } finally {
    await clearProof({ docker, files });
    await lock.release();
  }
}

/**
 * On a machine whose memory does not suffice for a store twice, the restored one is stopped while its copy is proven: the platform is
 * closed, and nobody misses it.
 */
async function makeRoom(
  { host, docker, log }: AgentContext,
  definition: StatefulDefinition,
  start: StoreStart,
): Promise<() => Promise<void>> {
  const { name } = definition;
  const lack = await memoryLack(host, definition, start);
  if (lack === null) return () => Promise.resolve();
  log.line(`${lack}: ${name} is stopped while its copy is proven`);
  await docker.scale(name, 0);
  await goneWithin(definition, async () => (await docker.containersOf(name)).length === 0);
  return async () => {
    await docker.scale(name, 1);
    const deadline = Date.now() + healthyLimitMs;
    for (;;) {
      const [task] = await docker.containersOf(name);
      if (task?.health === "healthy" || (task !== undefined && task.health === null)) return;
      if (Date.now() > deadline)
        throw new RecoveryError(
          exitCodes.storeDown,
          `Store ${name} did not become healthy again after its proof: see \`docker service ps ${name} --no-trunc\`.`,
        );
      await delay(lookMs);
    }
  };
}
