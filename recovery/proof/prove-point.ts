import type { StatefulDefinition } from "../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { Docker } from "../docker/docker.ts";
import type { HostPort } from "../host/host-port.ts";
import type { LockName, Locks } from "../host/locks.ts";
import { duration, size, type Log } from "../host/log.ts";
import { manifestFile, manifestSchema, type Manifest } from "../point/manifest.ts";
import { proofLabel } from "./proof-container.ts";
import type { ProofFiles } from "./proof-files.ts";
import type { ProofRecord, ProofRecords } from "./proof-record.ts";
import type { StorePorts } from "./prove-store.ts";
import { anothersTurn, putOff, watchForOthers, type Watch } from "./giving-way.ts";
import { memoryLack, proveStores, type StoresProof, type StoreStart } from "./prove-stores.ts";

/** What the proof of a point needs; tests give another. */
export interface ProofPorts {
  readonly host: Pick<HostPort, "readFile" | "now">;
  readonly docker: Pick<Docker, "aloneWith" | "removeContainer">;
  readonly locks: Pick<Locks, "acquire" | "taken" | "wanted">;
  readonly log: Log;
  readonly interrupted: AbortSignal;
  readonly files: Pick<
    ProofFiles,
    "places" | "isWhole" | "clone" | "give" | "folderOf" | "freeBytes" | "clear"
  >;
  readonly records: Pick<ProofRecords, "write" | "keepOnly">;
  readonly stores: readonly StatefulDefinition[];
  /** Applications that keep files. @default none */
  readonly applications?: StoresProof["applications"];
  readonly storePorts: StorePorts;
  /** How a store's service starts its task, with its present secrets. @throws RecoveryError `storeDown` when that cannot be told */
  startOf(definition: StatefulDefinition): Promise<StoreStart>;
  /** Ids of the points in this host's repository. */
  points(): Promise<readonly string[]>;
  /** How often it is looked whether somebody else comes first. @default 1000 */
  readonly lookMs?: number;
}

/** An engine that recovers writes, and the live stores' file system must not be full for it. */
const scarceBytes = 2 ** 30;
/** Why a proof is put off. */
const busy = (why: string): RecoveryError => putOff("proof", why);
const watchFor = ({ lookMs }: ProofPorts, comesFirst: () => Promise<string | null>): Watch =>
  watchForOthers("proof", comesFirst, lookMs);
const before: readonly LockName[] = ["restore", "data", "repository", "offsite"];

/**
 * Proves the newest point: each store's own image starts on a clone of its files, one after the other, and tells what it holds. The
 * repository is locked only while the clone is made, and the clone is given up for whoever waits for it; a restore ends the proof.
 *
 * However it ends, containers, clone and secrets are gone; what a killed run has left goes first.
 * @throws RecoveryError `notProven` naming every store that did not start, once the record is kept; `busy` when somebody else comes
 * first or the machine has no memory to spare; `noPoint`, `storeDown`, `diskFull`.
 */
export async function provePoint(ports: ProofPorts): Promise<ProofRecord> {
  const { locks } = ports;
  for (const name of before) if (await locks.taken(name)) throw busy(`the ${name} lock is taken`);
  const lock = await locks.acquire("proof", 0, "nothing");
  try {
    await clearProof(ports);
    const watch = watchFor(ports, async () =>
      (await locks.taken("restore")) || (await locks.wanted("offsite", "at-once")) ? anothersTurn : null,
    );
    try {
      return await prove(ports, AbortSignal.any([watch.signal, ports.interrupted]));
    } finally {
      watch.stop();
      await clearProof(ports);
    }
  } finally {
    await lock.release();
  }
}

/** Takes away what a killed proof has left; nothing while one is at work. */
export async function clearProofs(ports: Pick<ProofPorts, "locks" | "docker" | "files">): Promise<void> {
  const lock = await ports.locks.acquire("proof", 0, "nothing").catch((error: unknown) => {
    if (error instanceof RecoveryError && error.exitCode === exitCodes.busy) return null;
    throw error;
  });
  if (lock === null) return;
  try {
    await clearProof(ports);
  } finally {
    await lock.release();
  }
}

async function prove(ports: ProofPorts, signal: AbortSignal): Promise<ProofRecord> {
  const { log, records } = ports;
  // Before anything is made: a store whose service does not run has no secrets to start with.
  const starts = new Map<string, StoreStart>();
  for (const definition of ports.stores) starts.set(definition.name, await ports.startOf(definition));
  const manifest = await log.phase("clone", () => cloneNewest(ports, signal));
  const known = await ports.points();
  if (!known.includes(manifest.point))
    throw new RecoveryError(
      exitCodes.noPoint,
      `The newest copy (${manifest.point}) is in no repository of this host: its point failed; take another one.`,
    );
  const room = (definition: StatefulDefinition, start: StoreStart): Promise<() => Promise<void>> =>
    spareMemory(ports, definition, start);
  const { stores, problems } = await proveStores({ ...ports, room }, manifest, starts, signal);
  const record = {
    point: manifest.point,
    instant: manifest.instant,
    at: ports.host.now().toISOString(),
    ok: problems.length === 0,
    stores,
    problems,
  };
  await records.write(record);
  await records.keepOnly([...known, record.point]);
  if (record.ok) return record;
  throw new RecoveryError(exitCodes.notProven, `Point ${record.point} is not proven. ${problems.join(" ")}`);
}

/** Under the repository lock, so that no point changes the copy meanwhile; given up as soon as somebody waits for it. */
async function cloneNewest(ports: ProofPorts, signal: AbortSignal): Promise<Manifest> {
  const { files, host, locks } = ports;
  const lock = await locks.acquire("repository", 0, "nothing");
  const watch = watchFor(ports, async () => ((await locks.wanted("repository")) ? anothersTurn : null));
  try {
    const text = await host.readFile(`${files.places.point}/${manifestFile}`);
    if (text === null || !(await files.isWhole()))
      throw new RecoveryError(
        exitCodes.noPoint,
        `${files.places.point} holds no whole copy: take a point first (\`kaleem-agent point\`).`,
      );
    const manifest = manifestSchema.parse(JSON.parse(text));
    const free = await files.freeBytes();
    if (free < scarceBytes)
      throw new RecoveryError(
        exitCodes.diskFull,
        `No proof: ${size(free)} free at ${files.places.point}, and stores that start write: wanted ${size(scarceBytes)}.`,
      );
    const directories = Object.values(manifest.stores).flatMap((store) => Object.keys(store.directories));
    const either = AbortSignal.any([watch.signal, signal]);
    try {
      await files.clone(directories, either);
    } catch (error) {
      throw either.aborted ? either.reason : error;
    }
    return manifest;
  } finally {
    watch.stop();
    await lock.release();
  }
}

/** There is room, or the proof is put off: nothing has to be given back. */
async function spareMemory(
  { host }: Pick<ProofPorts, "host">,
  definition: StatefulDefinition,
  start: StoreStart,
): Promise<() => Promise<void>> {
  const lack = await memoryLack(host, definition, start);
  if (lack !== null) throw busy(lack);
  return () => Promise.resolve();
}

/** Takes away what a proof has made. First the containers: they use the files. The caller holds the lock of proofs. */
export async function clearProof({
  docker,
  files,
}: Pick<ProofPorts, "docker"> & { readonly files: Pick<ProofFiles, "clear"> }): Promise<void> {
  for (const id of await docker.aloneWith(proofLabel)) await docker.removeContainer(id);
  await files.clear();
}

/** For people. */
export function describeProof({ point, stores }: ProofRecord): string {
  const told = Object.entries(stores).map(([name, { seconds, coverage }]) => {
    const { hashed, of, sampled } = coverage;
    return `${name} ${duration(seconds * 1000)}, ${hashed} of ${of} items read${sampled ? " (a sample)" : ""}`;
  });
  return `${point} proven: ${told.join("; ")}`;
}
