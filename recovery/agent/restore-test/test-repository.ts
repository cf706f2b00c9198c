import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { Inventory } from "../../../catalog/inventory/inventory.ts";
import { exitCodes, RecoveryError, type ExitCode } from "../../../contract/exit-codes.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { Docker } from "../../docker/docker.ts";
import type { HostPort } from "../../host/host-port.ts";
import type { Locks } from "../../host/locks.ts";
import { size, type Log } from "../../host/log.ts";
import type { Manifest } from "../../point/manifest.ts";
import type { Point } from "../../point/points.ts";
import { compareInventories } from "../../proof/compare-inventories.ts";
import { proofLabel } from "../../proof/proof-container.ts";
import { putOff } from "../../proof/giving-way.ts";
import type { ProofFiles } from "../../proof/proof-files.ts";
import type { ProofRecord } from "../../proof/proof-record.ts";
import { clearProof } from "../../proof/prove-point.ts";
import type { StorePorts } from "../../proof/prove-store.ts";
import { memoryLack, proveStores, type StoresProof, type StoreStart } from "../../proof/prove-stores.ts";
import { checkManifest, readManifest } from "../../restore/verify/check-manifest.ts";
import { reserveOf } from "../reserve/keep-reserve.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";
import type { TestedRepository } from "../answers/restore-test.ts";
import type { TestFolder } from "./test-folder.ts";

/** A repository as a test reads it; it changes nothing there. */
export interface TestedSource {
  /** This lineage's points, oldest first. */
  points(): Promise<readonly Point[]>;
  /** The newest of them whose stores were started on a copy of it, with what they held then; null when none was. */
  newestProven(
    points: readonly Point[],
  ): Promise<{ readonly point: Point; readonly proof: ProofRecord } | null>;
  /** The point's manifest alone; null when it has none. */
  manifest(point: Point, signal: AbortSignal): Promise<string | null>;
  /** Unpacks the point into `target`. */
  fetch(point: Point, target: string, signal: AbortSignal): Promise<void>;
}

/** What the test of a restore needs; tests give another. */
export interface RestoreTestPorts {
  readonly host: Pick<HostPort, "readFile" | "now">;
  readonly docker: Pick<Docker, "aloneWith" | "removeContainer">;
  readonly locks: Pick<Locks, "acquire" | "taken" | "wanted">;
  readonly log: Log;
  readonly interrupted: AbortSignal;
  readonly stores: readonly StatefulDefinition[];
  /** Applications that keep files. @default none */
  readonly applications?: StoresProof["applications"];
  readonly storePorts: StorePorts;
  readonly sources: Readonly<Record<RepositoryPlace, TestedSource>>;
  readonly folder: Pick<
    TestFolder,
    "fetched" | "manifest" | "make" | "measure" | "place" | "space" | "clear"
  >;
  /** Its `clone` is where the folder places what was fetched. */
  readonly proofFiles: Pick<ProofFiles, "give" | "folderOf" | "clear">;
  /** How a store's service starts its task, with its present secrets. @throws RecoveryError `storeDown` when that cannot be told */
  startOf(definition: StatefulDefinition): Promise<StoreStart>;
  /** How often it is looked whether somebody else comes first. @default 1000 */
  readonly lookMs?: number;
}

/** What a small file takes beyond its bytes: the rest of its last block, and its inode. */
const bytesBesideFile = 4_096 + 512;
/** Stores that start write, and what is written to the live ones meanwhile has to go somewhere. */
export const spareBytes = 2 ** 30;
/** A proof or a day's maintenance that is under way is waited for so long. */
const lockWaitMs = 600_000;

/** How one test ended, and the exit code that its first problem has. */
export interface TestEnd {
  readonly tested: TestedRepository;
  readonly exitCode: ExitCode;
}

/**
 * Restores a point of one repository into a folder of its own and looks whether it is one: its manifest against its tags and its files,
 * each store's own image started on them (the proof of `prove`), what it then holds against the point's inventory. The point is the newest
 * whose inventory is known; where none is, the newest, which is then held against its own manifest and mark alone.
 *
 * Room and memory are looked at before a byte is fetched. Nothing is left, however it ends.
 * @returns what was found, also when it is bad
 * @throws RecoveryError `busy` when the machine has no memory to spare; the signal's reason when aborted
 */
export async function testRepository(
  ports: RestoreTestPorts,
  place: RepositoryPlace,
  signal: AbortSignal,
): Promise<TestEnd> {
  const run = new Run(ports, place, signal);
  try {
    await run.all();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!(error instanceof RecoveryError) || error.exitCode === exitCodes.busy) throw error;
    run.problem(error.exitCode, error.message);
  } finally {
    await ports.folder.clear();
  }
  return run.end();
}

class Run {
  readonly #ports: RestoreTestPorts;
  readonly #place: RepositoryPlace;
  readonly #signal: AbortSignal;
  readonly #began = performance.now();
  readonly #problems: string[] = [];
  #exitCode: ExitCode = exitCodes.ok;
  #point: Point | null = null;
  #fetchSeconds = 0;
  #bytes = 0;
  #compared = false;
  #stores: ProofRecord["stores"] = {};

  constructor(ports: RestoreTestPorts, place: RepositoryPlace, signal: AbortSignal) {
    this.#ports = ports;
    this.#place = place;
    this.#signal = signal;
  }

  problem(exitCode: ExitCode, sentence: string): void {
    if (this.#problems.length === 0) this.#exitCode = exitCode;
    this.#problems.push(sentence);
  }

  async all(): Promise<void> {
    const proof = await this.#choose();
    const point = this.#point;
    if (point === null) return;
    const { log } = this.#ports;
    const manifest = await log.phase(`fetch from ${this.#place}`, () => this.#fetch(point));
    await this.#start(manifest, proof);
    if (proof === null) {
      log.line(`point ${point.id} was never proven: what it holds is held against nothing but its manifest`);
      return;
    }
    this.#compared = this.#compare(proof);
  }

  async #choose(): Promise<ProofRecord | null> {
    const source = this.#ports.sources[this.#place];
    const points = await source.points();
    const newest = points.at(-1);
    if (newest === undefined) {
      this.problem(exitCodes.noPoint, "it holds no point of this lineage.");
      return null;
    }
    const proven = await source.newestProven(points);
    this.#point = proven?.point ?? newest;
    return proven?.proof ?? null;
  }

  async #fetch(point: Point): Promise<Manifest> {
    const { folder, host, sources, locks } = this.#ports;
    const source = sources[this.#place];
    // What is pruned or forgotten meanwhile, restic would refuse, and say less.
    const lock = await locks.acquire("maintenance", lockWaitMs, "nothing");
    try {
      const stores = this.#restored(point);
      const plan = { point: { ...point, stores: [...point.stores], from: this.#place }, leftOut: [] };
      const promised = readManifest(await source.manifest(point, this.#signal), plan, stores);
      if (Array.isArray(promised)) throw refused(point, promised);
      await this.#lookForRoom(promised);
      await this.#lookForMemory(promised);
      await folder.make();
      const began = performance.now();
      await source.fetch(point, folder.fetched, this.#signal);
      const measured = await folder.measure();
      this.#fetchSeconds = secondsSince(began);
      this.#bytes = Object.values(measured).reduce((sum, { bytes }) => sum + bytes, 0);
      const manifest = checkManifest(await host.readFile(folder.manifest), plan, stores, measured);
      if (Array.isArray(manifest)) throw refused(point, manifest);
      await folder.place();
      return manifest;
    } finally {
      await lock.release();
    }
  }

  #restored({ stores }: Point) {
    const { stores: engines, applications = [] } = this.#ports;
    return [
      ...engines.map(({ name, data }) => ({ name, directories: Object.values(data) })),
      ...applications.map(({ name, data }) => {
        return { name, directories: Object.values(data), filesOnly: true as const };
      }),
    ].filter(({ name }) => stores.length === 0 || stores.includes(name));
  }

  /** Writers are never refused for the sake of a test: the reserve of the data volume is left alone. */
  async #lookForRoom({ point, stores }: Manifest): Promise<void> {
    const held = Object.values(stores).flatMap(({ directories }) => Object.values(directories));
    const need = held.reduce((sum, { bytes, files }) => sum + bytes + files * bytesBesideFile, 0);
    const { freeBytes, totalBytes } = await this.#ports.folder.space();
    const wanted = need + spareBytes + reserveOf(totalBytes);
    if (freeBytes >= wanted) return;
    throw new RecoveryError(
      exitCodes.diskFull,
      `No room to test a restore of point ${point}: ${size(need)} of files beside the live ones, with the reserve of the data volume and ${size(spareBytes)} to spare, want ${size(wanted)}; ${size(freeBytes)} are free. A restore wants its room too: make some, or grow the volume.`,
    );
  }

  async #lookForMemory({ stores }: Manifest): Promise<void> {
    for (const definition of this.#ports.stores) {
      if (stores[definition.name] === undefined) continue;
      await this.#spare(definition, await this.#ports.startOf(definition));
    }
  }

  async #spare(definition: StatefulDefinition, start: StoreStart): Promise<() => Promise<void>> {
    const lack = await memoryLack(this.#ports.host, definition, start);
    if (lack !== null) throw putOff("restore test", lack);
    return () => Promise.resolve();
  }

  /** The proof of `prove`, on what was fetched. */
  async #start(manifest: Manifest, proof: ProofRecord | null): Promise<void> {
    const { docker, locks, log, proofFiles, stores, applications = [], storePorts } = this.#ports;
    const lock = await locks.acquire("proof", lockWaitMs, "nothing");
    try {
      // What a killed proof has left; what was placed is not among it.
      for (const id of await docker.aloneWith(proofLabel)) await docker.removeContainer(id);
      const starts = new Map<string, StoreStart>();
      for (const definition of stores)
        if (manifest.stores[definition.name] !== undefined)
          starts.set(definition.name, await this.#ports.startOf(definition));
      const room = (definition: StatefulDefinition, start: StoreStart) => this.#spare(definition, start);
      const like = inventoriesOf(proof);
      const work = { log, files: proofFiles, stores, applications, storePorts, room, like };
      const proven = await proveStores(work, manifest, starts, this.#signal);
      this.#stores = proven.stores;
      for (const problem of proven.problems) this.problem(exitCodes.notProven, problem);
    } finally {
      await clearProof({ docker, files: proofFiles });
      await lock.release();
    }
  }

  /** @returns whether every store that started was held against something */
  #compare(proof: ProofRecord): boolean {
    let all = true;
    for (const [name, { inventory }] of Object.entries(this.#stores)) {
      const wanted = proof.stores[name]?.inventory;
      if (wanted === undefined) {
        all = false;
        continue;
      }
      try {
        const { findings, tolerated } = compareInventories(wanted, inventory);
        for (const finding of findings)
          this.problem(exitCodes.verifyFailed, `${finding.name}: ${finding.sentence}.`);
        for (const sentence of tolerated) this.#ports.log.line(`by itself: ${sentence}`);
      } catch (error) {
        this.problem(exitCodes.verifyIncomplete, `${name}: could not be compared: ${sentenceOf(error)}`);
      }
    }
    return all;
  }

  end(): TestEnd {
    const point = this.#point;
    const stores = Object.entries(this.#stores).map(
      ([name, { seconds, coverage }]) => [name, { seconds, coverage }] as const,
    );
    const tested: TestedRepository = {
      at: this.#ports.host.now().toISOString(),
      ok: this.#problems.length === 0,
      point: point === null ? null : { id: point.id, instant: point.instant },
      seconds: secondsSince(this.#began),
      fetchSeconds: this.#fetchSeconds,
      bytes: this.#bytes,
      compared: this.#compared,
      stores: Object.fromEntries(stores),
      problems: this.#problems,
    };
    return { tested, exitCode: this.#exitCode };
  }
}

function inventoriesOf(proof: ProofRecord | null): Readonly<Record<string, Inventory>> {
  const stores = Object.entries(proof?.stores ?? {});
  return Object.fromEntries(stores.map(([name, { inventory }]) => [name, inventory]));
}

function refused(point: Point, problems: readonly string[]): RecoveryError {
  return new RecoveryError(
    exitCodes.pointRefused,
    `point ${point.id} does not match its manifest: ${problems.join("; ")}. A restore would refuse it.`,
  );
}

function secondsSince(began: number): number {
  return Math.round((performance.now() - began) / 100) / 10;
}
