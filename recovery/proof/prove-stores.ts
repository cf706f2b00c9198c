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
  /** What each store's inventory will be held against, by its name. @default nothing */
  readonly like?: Readonly<Record<string, Inventory>>;
}

/**
 * Starts each store on its part of the clone, one after the other. The clone is there, and the caller takes it away.
 * @param starts what each store is started with, by its name
 * @returns those that told what they hold, and a sentence for each that did not
 */
export async function proveStores(
  proof: StoresProof,
  manifest: Pick<Manifest, "stores">,
  starts: ReadonlyMap<string, StoreStart>,
  signal: AbortSignal,
): Promise<Pick<ProofRecord, "stores" | "problems">> {
  const { log, files, stores: definitions, storePorts, room, like = {} } = proof;
  const stores: ProofRecord["stores"] = {};
  const problems: string[] = [];
  for (const [name, facts] of Object.entries(manifest.stores)) {
    if (facts.kind === "files") {
      signal.throwIfAborted();
      const proven = await proveApplication(proof, name, facts);
      if (typeof proven === "string") problems.push(proven);
      else stores[name] = proven;
      continue;
    }
    const { canary } = facts;
    const definition = definitions.find((one) => one.name === name);
    const start = starts.get(name);
    if (definition === undefined || start === undefined) {
      problems.push(`${name}: not proven: the point holds it, and this platform has no such store.`);
      continue;
    }
    const giveBack = await room(definition, start);
    const began = performance.now();
    try {
      const mounts = await files.give(name, definition.user, ownSecrets(definition, start), start.files);
      const inventory = await log.phase(`proof of ${name}`, () =>
        proveStore({ definition, canary, like: like[name], ...start }, mounts, storePorts, signal),
      );
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      stores[name] = { seconds, image: start.start.image, coverage: inventory.coverage, inventory };
    } catch (error) {
      if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.notProven) throw error;
      problems.push(error.message);
    } finally {
      await giveBack();
    }
  }
  return { stores, problems };
}

/** What an application's files are, or why they are not proven, in a sentence. */
async function proveApplication(
  { log, files, applications = [], like = {} }: StoresProof,
  name: string,
  facts: Extract<Manifest["stores"][string], { kind: "files" }>,
): Promise<ProofRecord["stores"][string] | string> {
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

/** Why there is not the memory that a store may take while it is proven, in words; null when there is. */
export async function memoryLack(
  host: Pick<HostPort, "readFile">,
  definition: StatefulDefinition,
  { start }: StoreStart,
): Promise<string | null> {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec((await host.readFile("/proc/meminfo")) ?? "")?.[1];
  if (kilobytes === undefined) throw new Error("/proc/meminfo has no MemAvailable");
  const [available, wanted] = [Number(kilobytes) * 1024, memoryOf(definition, start) + reserveBytes];
  if (available >= wanted) return null;
  return `${definition.name} wants ${size(wanted)} of memory, and ${size(available)} are available`;
}
