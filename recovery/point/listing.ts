import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { isCopied, keyOf, ownString, pathOf } from "./tree.ts";

/** What was seen of a tree, kept on disk: one record an entry, sorted, so that two listings are compared without being held in memory. */
export interface Listing {
  /** File that holds it. */
  readonly file: string;
  /** Just before the first entry was looked at, in ms since 1970. */
  readonly scannedAt: number;
  /** Paths of entries that are left out of it, such as those that a copy has not. */
  readonly except: ReadonlySet<string>;
}

const headerWords = "kaleem-listing 2 ";
const chunkBytes = 32 * 1024;

/** The first record of a listing's file. */
export function listingHeader(scannedAt: number): string {
  return `${headerWords}${scannedAt}\0`;
}

/** When the tree was looked at, or null when the file is not a listing of this version. */
export function readHeader(file: string): number | null {
  for (const record of recordsIn(file))
    return record.startsWith(headerWords) ? Number(record.slice(headerWords.length)) : null;
  return null;
}

/** Every record in order, each path once: an entry that was met twice, because it moved meanwhile, is the one that sorts last. */
export function* readListing(listing: Listing): Generator<string> {
  const { except } = listing;
  let last: string | null = null;
  let lastKey = "";
  let isHeader = true;
  for (const record of recordsIn(listing.file)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const key = keyOf(record);
    if (last !== null && key !== lastKey) yield last;
    last = except.size > 0 && except.has(pathOf(record)) ? null : record;
    lastKey = key;
  }
  if (last !== null) yield last;
}

/** As `readListing`, of what is copied. */
export function* readCopied(listing: Listing): Generator<string> {
  for (const record of readListing(listing)) if (isCopied(record)) yield record;
}

/** Records of a file, read in pieces: what is held in memory is one piece. */
function* recordsIn(file: string): Generator<string> {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    let rest = "";
    for (;;) {
      const read = readSync(descriptor, buffer, 0, chunkBytes, null);
      if (read === 0) return;
      const records = (rest + buffer.toString("latin1", 0, read)).split("\0");
      rest = ownString(records.pop() ?? "");
      for (const record of records) yield record;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a listing record by record. */
export class ListingWriter {
  readonly #file: string;
  readonly #scannedAt: number;
  readonly #descriptor: number;
  #pending: string[] = [];
  #length = 0;
  constructor(file: string, scannedAt: number) {
    this.#file = file;
    this.#scannedAt = scannedAt;
    this.#descriptor = openSync(file, "w", 0o600);
    writeSync(this.#descriptor, listingHeader(scannedAt));
  }

  add(record: string): void {
    this.#pending.push(record);
    this.#length += record.length;
    if (this.#length > chunkBytes) this.#flush();
  }

  close(): Listing {
    this.#flush();
    closeSync(this.#descriptor);
    return { file: this.#file, scannedAt: this.#scannedAt, except: new Set() };
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.from(`${this.#pending.join("\0")}\0`, "latin1");
    for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    this.#pending = [];
    this.#length = 0;
  }
}

/** What two listings say of one path; null where it is not listed. */
export interface Pair {
  readonly before: string | null;
  readonly now: string | null;
}

/** Goes through two listings side by side, parents before their children. */
export function* pairs(before: Iterable<string>, now: Iterable<string>): Generator<Pair> {
  const [olds, news] = [before[Symbol.iterator](), now[Symbol.iterator]()];
  try {
    let [old, next] = [olds.next(), news.next()];
    while (old.done !== true || next.done !== true) {
      const order = compare(old.done === true ? null : old.value, next.done === true ? null : next.value);
      yield {
        before: order <= 0 ? (old.value as string) : null,
        now: order >= 0 ? (next.value as string) : null,
      };
      if (order <= 0) old = olds.next();
      if (order >= 0) next = news.next();
    }
  } finally {
    // Closes their files when whoever reads us stops early.
    olds.return?.();
    news.return?.();
  }
}

function compare(old: string | null, next: string | null): number {
  if (old === null) return 1;
  if (next === null) return -1;
  if (old === next) return 0;
  const [oldKey, nextKey] = [keyOf(old), keyOf(next)];
  return oldKey < nextKey ? -1 : oldKey > nextKey ? 1 : 0;
}
