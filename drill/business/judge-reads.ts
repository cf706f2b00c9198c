import type { LedgerEntry } from "../../recovery/business/ledger.ts";
import type { ReadBack, ReadFindings } from "../../recovery/business/read-back.ts";
import { spreadOf, type Spread } from "../../recovery/restore/verify/spread.ts";
import type { ReadLoss } from "./read-loss.ts";

/** A write that is not as it was acknowledged, and each way of reading that says so: `missing in stored, altered in listed`. */
export interface GoneWrite {
  readonly entry: LedgerEntry;
  readonly how: string;
}

/** What a restored platform has of the acknowledged writes. */
export interface JudgedReads {
  /** Missing or altered by one read or more, in the ledger's sequence. */
  readonly gone: readonly GoneWrite[];
  /** Could not be asked for by one read or more; proves neither. */
  readonly unanswered: readonly { readonly entry: LedgerEntry; readonly reason: string }[];
  readonly losses: readonly ReadLoss[];
  /** How far the reads are from each other by the newest write that each still finds; null where not known. */
  readonly spread: Spread | null;
}

/** Holds what was read back against the ledger. Whoever reads gets what every read finds: a write that one of them lost is lost. Pure. */
export function judgeReads({ reads }: ReadBack, ledger: readonly LedgerEntry[]): JudgedReads {
  const found = Object.entries(reads);
  const faults = found.flatMap(([name, { missing, altered }]) => [
    { what: `missing in ${name}`, ids: idsOf(missing) },
    { what: `altered in ${name}`, ids: idsOf(altered) },
  ]);
  const gone = ledger.flatMap((entry) => {
    const how = faults.filter(({ ids }) => ids.has(entry.id)).map(({ what }) => what);
    return how.length === 0 ? [] : [{ entry, how: how.join(", ") }];
  });
  const losses = found.map(([name, findings]) => lossOf(name, findings, ledger));
  const newest = losses.flatMap(({ read, newestAt }): [string, string][] =>
    newestAt === null ? [] : [[read, newestAt]],
  );
  const unanswered = found.flatMap(([, findings]) => findings.unanswered);
  return {
    gone,
    unanswered: [...new Map(unanswered.map((one) => [one.entry.id, one])).values()],
    losses,
    spread: spreadOf(new Map(newest)),
  };
}

function idsOf(entries: readonly LedgerEntry[]): ReadonlySet<string> {
  return new Set(entries.map(({ id }) => id));
}

function lossOf(read: string, findings: ReadFindings, ledger: readonly LedgerEntry[]): ReadLoss {
  const lost = idsOf([...findings.missing, ...findings.altered]);
  const unknown = idsOf(findings.unanswered.map(({ entry }) => entry));
  const times = (entries: readonly LedgerEntry[]) =>
    entries.map(({ acknowledgedAt }) => Date.parse(acknowledgedAt)).sort((a, b) => a - b);
  const [first] = times(ledger.filter(({ id }) => lost.has(id)));
  const last = times(ledger).at(-1);
  const newest = times(ledger.filter(({ id }) => !lost.has(id) && !unknown.has(id))).at(-1);
  return {
    read,
    lost: lost.size,
    seconds: first === undefined || last === undefined ? 0 : (last - first) / 1000,
    newestAt: newest === undefined ? null : new Date(newest).toISOString(),
  };
}
