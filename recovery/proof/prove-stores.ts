import type { StatefulDefinition } from "../../catalog/definition.ts";
import type { Inventory } from "../../catalog/inventory/inventory.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { HostPort } from "../host/host-port.ts";
import { size, type Log } from "../host/log.ts";
import type { Manifest } from "../point/manifest.ts";
import { memoryOf } from "./proof-container.ts";
import type { GivenFile, ProofFiles } from "./proof-files.ts";
import type { ProofRecord } from "./proof-record.ts";
import { proveFiles } from "./prove-files.ts";
import { proveStore, type ProofStore, type StorePorts } from "./prove-store.ts";

/** What a store is started with. */
export type StoreStart = Pick<ProofStore, "start" | "secrets"> & { readonly files: readonly GivenFile[] };

/** Beside what the store may take: nobody else may have to give any away. */
const reserveBytes = 256 * 2 ** 20;

/** What an application keeps: path in its container → directory under the data root. */
export interface KeptByApplication {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What the proof of a clone's stores needs. */
export interface StoresProof {
  readonly log: Log;
  readonly files: Pick<ProofFiles, "give" | "folderOf">;
  readonly stores: readonly StatefulDefinition[];
  /** Applications that keep files. @default none */
  readonly applications?: readonly KeptByApplication[] | undefined;
  readonly storePorts: StorePorts;
  /** Sees to it that a store has the memory that it may take; gives what undoes that. @throws RecoveryError `busy` when it cannot */
  readonly room: (definition: StatefulDefinition, start: StoreStart) => Promise<() => Promise<void>>;
  /**
   * How many stores are started at a time, as long as there is the memory for them without stopping anything; left out, one after the
   * other: for a proof beside customers.
   */
  readonly sideBySide?: { readonly most: number; readonly memory: Pick<HostPort, "readFile"> };
  /** What each store's inventory will be held against, by its name. @default nothing */
  readonly like?: Readonly<Record<string, Inventory>>;
}

/**
 * Starts each store on its part of the clone, one after the other where nothing else is asked for. The clone is there, and the caller
 * takes it away.
 * @param starts what each store is started with, by its name
 * @returns those that told what they hold, and a sentence for each that did not
 */
export async function proveStores(
  proof: StoresProof,
  manifest: Pick<Manifest, "stores">,
  starts: ReadonlyMap<string, StoreStart>,
  signal: AbortSignal,
): Promise<Pick<ProofRecord, "stores" | "problems">> {
  const told = new Map<string, Told>();
  const failures: unknown[] = [];
  const stop = new AbortController();
  const underWay = new Map<string, UnderWay>();
  for (const [name, facts] of Object.entries(manifest.stores)) {
    const engine = engineOf(proof, starts, name);
    await untilRoomBeside(proof, engine, underWay);
    if (signal.aborted) failures.push(signal.reason);
    if (failures.length > 0) break;
    const ended = proveOne(proof, name, facts, engine, AbortSignal.any([signal, stop.signal]))
      .then(
        (one) => void told.set(name, one),
        (error: unknown) => {
          failures.push(error);
          stop.abort(error);
        },
      )
      .finally(() => underWay.delete(name));
    const bytes = engine === null ? 0 : memoryOf(engine.definition, engine.start.start);
    underWay.set(name, { bytes, ended });
  }
  // Also after a failure: whoever takes the clone away is to find no container on it.
  await Promise.all([...underWay.values()].map(({ ended }) => ended));
  if (failures.length > 0) throw failures[0];
  return inOrder(Object.keys(manifest.stores), told);
}

/** What one store holds, or why it is not proven, in a sentence. */
type Told = ProofRecord["stores"][string] | string;

function inOrder(
  names: readonly string[],
  told: ReadonlyMap<string, Told>,
): Pick<ProofRecord, "stores" | "problems"> {
  const stores: ProofRecord["stores"] = {};
  const problems: string[] = [];
  for (const name of names) {
    const one = told.get(name) ?? `${name}: not proven: nothing was told of it.`;
    if (typeof one === "string") problems.push(one);
    else stores[name] = one;
  }
  return { stores, problems };
}

/** A store of this platform, and what it is started with. */
interface Engine {
  readonly definition: StatefulDefinition;
  readonly start: StoreStart;
}

/** Null for what is none of this platform's stores. */
function engineOf(
  { stores }: Pick<StoresProof, "stores">,
  starts: ReadonlyMap<string, StoreStart>,
  name: string,
): Engine | null {
  const [definition, start] = [stores.find((one) => one.name === name), starts.get(name)];
  return definition === undefined || start === undefined ? null : { definition, start };
}

/** A proof that was begun: the memory that it may take, and its end, which never rejects. */
interface UnderWay {
  readonly bytes: number;
  readonly ended: Promise<void>;
}

/** Returns when the next may be started: nothing else is under way, or it fits beside that. */
async function untilRoomBeside(
  { sideBySide }: Pick<StoresProof, "sideBySide">,
  engine: Engine | null,
  underWay: ReadonlyMap<string, UnderWay>,
): Promise<void> {
  while (underWay.size > 0) {
    if (sideBySide !== undefined && underWay.size < sideBySide.most) {
      if (engine === null) return;
      const promised = [...underWay.values()].reduce((sum, { bytes }) => sum + bytes, 0);
      if ((await memoryLack(sideBySide.memory, engine.definition, engine.start, promised)) === null) return;
    }
    await Promise.race([...underWay.values()].map(({ ended }) => ended));
  }
}

async function proveOne(
  proof: StoresProof,
  name: string,
  facts: Manifest["stores"][string],
  engine: Engine | null,
  signal: AbortSignal,
): Promise<Told> {
  const { log, files, storePorts, room, like = {} } = proof;
  if (facts.kind === "files") return proveApplication(proof, name, facts);
  if (engine === null) return `${name}: not proven: the point holds it, and this platform has no such store.`;
  const { definition, start } = engine;
  const giveBack = await room(definition, start);
  const began = performance.now();
  try {
    const mounts = await files.give(name, definition.user, ownSecrets(definition, start), start.files);
    const inventory = await log.phase(`proof of ${name}`, () =>
      proveStore(
        { definition, canary: facts.canary, like: like[name], ...start },
        mounts,
        storePorts,
        signal,
      ),
    );
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    return { seconds, image: start.start.image, coverage: inventory.coverage, inventory };
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.notProven) throw error;
    return error.message;
  } finally {
    await giveBack();
  }
}

async function proveApplication(
  { log, files, applications = [], like = {} }: StoresProof,
  name: string,
  facts: Extract<Manifest["stores"][string], { kind: "files" }>,
): Promise<Told> {
  const application = applications.find((one) => one.name === name);
  if (application === undefined)
    return `${name}: not proven: the point holds its files, and this platform has no such application with data.`;
  const began = performance.now();
  const folders = Object.fromEntries(
    Object.entries(application.data).map(([inside, directory]) => {
      return [directory, { inside, folder: files.folderOf(directory) }];
    }),
  );
  try {
    const told = await log.phase(`proof of ${name}`, () => proveFiles({ name, folders }, facts, like[name]));
    if (!("coverage" in told)) return `${name}: not proven: ${told.join("; ")}.`;
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    return { seconds, image: facts.image, coverage: told.coverage, inventory: told };
  } catch (error) {
    return `${name}: not proven: ${sentenceOf(error)}.`;
  }
}

/** The task's own: what only the agent logs in with, the store is not given. */
export function ownSecrets(
  { userSecrets = {} }: StatefulDefinition,
  { secrets }: Pick<StoreStart, "start" | "secrets">,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => !(name in userSecrets)));
}

/** Why there is not the memory that a store may take while it is proven, beside what others were promised, in words; null when there is. */
export async function memoryLack(
  host: Pick<HostPort, "readFile">,
  definition: StatefulDefinition,
  { start }: StoreStart,
  promisedBytes = 0,
): Promise<string | null> {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec((await host.readFile("/proc/meminfo")) ?? "")?.[1];
  if (kilobytes === undefined) throw new Error("/proc/meminfo has no MemAvailable");
  const available = Number(kilobytes) * 1024 - promisedBytes;
  const wanted = memoryOf(definition, start) + reserveBytes;
  if (available >= wanted) return null;
  return `${definition.name} wants ${size(wanted)} of memory, and ${size(available)} are available`;
}
