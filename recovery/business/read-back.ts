import type { BusinessCheck, BusinessRead } from "../../contract/business-check.ts";
import { EdgeClient } from "./edge-client.ts";
import type { EdgeTarget } from "./edge-client.ts";
import type { LedgerEntry } from "./ledger.ts";
import { readOne } from "./read-one.ts";

/** What one of the check's reads showed of acknowledged writes. */
export interface ReadFindings {
  readonly missing: readonly LedgerEntry[];
  readonly altered: readonly LedgerEntry[];
  /** Could not be asked for; proves neither. */
  readonly unanswered: readonly { readonly entry: LedgerEntry; readonly reason: string }[];
}

/** What reading acknowledged writes back through the edge showed. */
export interface ReadBack {
  readonly checked: number;
  /** By the read's name. */
  readonly reads: Readonly<Record<string, ReadFindings>>;
}

/** How to read back. */
export interface ReadBackOptions {
  /** @default 8 */
  readonly atOnce?: number;
  /** Of each request. @default 5000 */
  readonly timeoutMs?: number;
  /** Reads to make, by name. @default all */
  readonly only?: readonly string[];
}

/** Asks the edge for each of these writes by every read of the check, and compares it with what was acknowledged. Waits for no worker. */
export async function readBack(
  target: EdgeTarget,
  { reads }: Pick<BusinessCheck, "reads">,
  entries: readonly LedgerEntry[],
  { atOnce = 8, timeoutMs = 5000, only = Object.keys(reads) }: ReadBackOptions = {},
): Promise<ReadBack> {
  const client = new EdgeClient(target, timeoutMs);
  try {
    const found: [string, ReadFindings][] = [];
    for (const [name, read] of Object.entries(reads)) {
      if (only.includes(name)) found.push([name, await readAll(client, read, entries, atOnce)]);
    }
    return { checked: entries.length, reads: Object.fromEntries(found) };
  } finally {
    client.close();
  }
}

async function readAll(
  client: EdgeClient,
  read: BusinessRead,
  entries: readonly LedgerEntry[],
  atOnce: number,
): Promise<ReadFindings> {
  const missing: LedgerEntry[] = [];
  const altered: LedgerEntry[] = [];
  const unanswered: { entry: LedgerEntry; reason: string }[] = [];
  const queue = entries.values();
  const work = async () => {
    for (const entry of queue) {
      const outcome = await readOne(client, read, entry);
      if (outcome.kind === "missing") missing.push(entry);
      else if (outcome.kind === "altered") altered.push(entry);
      else if (outcome.kind === "unanswered") unanswered.push({ entry, reason: outcome.reason });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { missing, altered, unanswered };
}

/** How many of them are missing, altered and unanswered, each counted once, whichever read says so. Pure. */
export function faultsIn({ reads }: ReadBack): Readonly<Record<keyof ReadFindings, number>> {
  const count = (ids: (findings: ReadFindings) => readonly string[]): number =>
    new Set(Object.values(reads).flatMap(ids)).size;
  return {
    missing: count(({ missing }) => missing.map(({ id }) => id)),
    altered: count(({ altered }) => altered.map(({ id }) => id)),
    unanswered: count(({ unanswered }) => unanswered.map(({ entry }) => entry.id)),
  };
}

/** Up to `size` entries, spread evenly from the first to the last. */
export function sampleEntries(entries: readonly LedgerEntry[], size: number): readonly LedgerEntry[] {
  if (entries.length <= size) return entries;
  if (size < 2) return entries.slice(entries.length - size);
  const step = (entries.length - 1) / (size - 1);
  return Array.from({ length: size }, (_, n) => entries[Math.round(n * step)]).filter(
    (entry) => entry !== undefined,
  );
}
