import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import type { ImportRequest, ImportResult } from "./request.ts";

/** What an import does to a host; the agent gives the real ones. */
export interface ImportPorts {
  /** Why the files on this host are not those that were read, a sentence each. */
  checkFiles(request: ImportRequest): Promise<readonly string[]>;
  /** Why the stores cannot take them, a sentence each. */
  judge(sources: readonly PortableSource[]): Promise<readonly string[]>;
  /** Closes the platform; whether it served before. */
  close(): Promise<boolean>;
  open(): Promise<void>;
  /** Takes a point; its id. */
  takePoint(): Promise<string>;
  load(source: PortableSource): Promise<void>;
  /** Sets the store's users to the present secrets. */
  resetUsers(store: string): Promise<void>;
  /** Where the store is not what the file says. */
  verify(source: PortableSource): Promise<readonly string[]>;
  /** Tells how far it is. */
  say(line: string): void;
  now(): number;
}

/**
 * Imports files store by store. Nothing is changed before every file and every store was judged and a point was taken. When a store
 * differs from its file afterwards, or loading fails, the platform stays closed, and the sentence says how to go back.
 * @throws RecoveryError `usage` with every reason why nothing was changed; `failed` when a load failed
 */
export async function executeImport(request: ImportRequest, ports: ImportPorts): Promise<ImportResult> {
  const refusals = [...(await ports.checkFiles(request)), ...(await ports.judge(request.sources))];
  if (refusals.length > 0)
    throw new RecoveryError(exitCodes.usage, `${refusals.join("\n")}\nNothing was imported.`);
  const served = await ports.close();
  const before = await takeFirst(ports, served);
  const stores: ImportResult["stores"] = [];
  for (const source of request.sources) stores.push(await importStore(source, before, ports));
  if (stores.some(({ differences }) => differences.length > 0)) {
    return { before, after: null, stores, opened: false };
  }
  const after = await ports.takePoint();
  if (served) await ports.open();
  return { before, after, stores, opened: served };
}

/** Without a point there is no way back, so nothing is changed then. */
async function takeFirst(ports: ImportPorts, served: boolean): Promise<string> {
  try {
    return await ports.takePoint();
  } catch (error) {
    if (served) await ports.open();
    const code = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
    throw new RecoveryError(
      code,
      `No point could be taken of what is here, so nothing was imported: ${sentenceOf(error)}`,
      { cause: error },
    );
  }
}

async function importStore(
  source: PortableSource,
  before: string,
  ports: ImportPorts,
): Promise<ImportResult["stores"][number]> {
  const { store, name } = source;
  const started = ports.now();
  try {
    ports.say(`${store}: loading ${name}`);
    await ports.load(source);
    await ports.resetUsers(store);
    const differences = await ports.verify(source);
    const seconds = Math.round((ports.now() - started) / 100) / 10;
    ports.say(
      `${store}: ${differences.length === 0 ? "is what the file says" : `${differences.length} differences`}, after ${seconds} s`,
    );
    return { store, file: name, seconds, checked: source.stated.length, differences: [...differences] };
  } catch (error) {
    throw new RecoveryError(
      exitCodes.failed,
      `${store}: ${name} was not loaded whole: ${sentenceOf(error)}\n${wayBack(before)}`,
      { cause: error },
    );
  }
}

/** What to do when an import ended half-way. Pure. */
export function wayBack(before: string): string {
  return `The platform is closed. To go back to what was here: ./kaleem restore --at ${before} --over-existing. To serve what is here all the same: kaleem-agent open on the host.`;
}
