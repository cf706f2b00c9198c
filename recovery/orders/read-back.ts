import { EdgeClient, NoAnswer } from "./edge-client.ts";
import type { EdgeAnswer, EdgeTarget } from "./edge-client.ts";
import { orderDigest } from "./ledger.ts";
import type { LedgerEntry } from "./ledger.ts";

/** What reading acknowledged orders back through the edge showed. */
export interface ReadBack {
  readonly checked: number;
  readonly missing: readonly LedgerEntry[];
  readonly altered: readonly LedgerEntry[];
  /** Could not be asked for; proves neither. */
  readonly unanswered: readonly { readonly entry: LedgerEntry; readonly reason: string }[];
}

/** How to read back. */
export interface ReadBackOptions {
  /** @default 8 */
  readonly atOnce?: number;
  /** Of each request. @default 5000 */
  readonly timeoutMs?: number;
}

/** Asks the edge for each of these orders and compares it with what was acknowledged. */
export async function readBack(
  target: EdgeTarget,
  entries: readonly LedgerEntry[],
  { atOnce = 8, timeoutMs = 5000 }: ReadBackOptions = {},
): Promise<ReadBack> {
  const client = new EdgeClient(target, timeoutMs);
  const missing: LedgerEntry[] = [];
  const altered: LedgerEntry[] = [];
  const unanswered: { entry: LedgerEntry; reason: string }[] = [];
  const queue = entries.values();
  const work = async () => {
    for (const entry of queue) {
      const { status, body } = await ask(client, entry);
      if (status === 404) missing.push(entry);
      else if (status !== 200)
        unanswered.push({ entry, reason: status === 0 ? String(body) : String(status) });
      else if (orderDigest(body) !== entry.digest) altered.push(entry);
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
  } finally {
    client.close();
  }
  return { checked: entries.length, missing, altered, unanswered };
}

/** A missing answer becomes status 0 with its reason. */
async function ask(client: EdgeClient, entry: LedgerEntry): Promise<EdgeAnswer> {
  try {
    return await client.get(`/api/orders/${encodeURIComponent(entry.id)}`);
  } catch (error) {
    if (error instanceof NoAnswer) return { status: 0, body: error.message };
    throw error;
  }
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
