import { open, readFile } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { ledgerEntrySchema } from "./ledger.ts";
import type { LedgerEntry } from "./ledger.ts";

/** What a ledger file held. */
export interface LedgerContent {
  readonly entries: readonly LedgerEntry[];
  /** The unfinished last line of a writer that died in mid-write; that entry never counted. */
  readonly torn?: string;
}

/** A ledger that cannot be trusted; its message lists every bad line. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}

/**
 * Reads a ledger. Only its last line may be torn, and only when it does not end in a newline: such an entry was never
 * counted, so it is reported and dropped. Throws `LedgerError` for a bad line elsewhere and for a write that is named twice.
 */
export async function readLedger(file: string): Promise<LedgerContent> {
  const lines = (await readFile(file, "utf8")).split("\n");
  const rest = lines.pop() ?? "";
  const problems: string[] = [];
  const seen = new Map<string, number>();
  const entries: LedgerEntry[] = [];
  for (const [index, line] of lines.entries()) {
    const where = `${file}: line ${index + 1}`;
    const entry = parseEntry(line);
    if (entry === undefined) {
      problems.push(`${where}: expected an acknowledged write, got ${JSON.stringify(line.slice(0, 80))}`);
      continue;
    }
    for (const key of [`id ${entry.id}`, `seq ${entry.seq}`]) {
      const earlier = seen.get(key);
      if (earlier !== undefined) problems.push(`${where}: ${key} is already on line ${earlier}`);
      seen.set(key, index + 1);
    }
    entries.push(entry);
  }
  if (problems.length > 0) {
    throw new LedgerError(
      `${problems.join("\n")}\nThe ledger was changed or mixed up; no loss can be measured with it.`,
    );
  }
  return rest === "" ? { entries } : { entries, torn: rest };
}

function parseEntry(line: string): LedgerEntry | undefined {
  try {
    return ledgerEntrySchema.safeParse(JSON.parse(line)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** An entry on its way to the disk, and whom to tell. */
interface Pending {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * The append-only record of acknowledged writes, one JSON line each, kept outside the machine that is tested. An entry is
 * on this disk before `append` returns; entries that come together share one sync.
 */
export class LedgerFile {
  /** Highest number already used; a writer goes on after it. */
  readonly lastSeq: number;
  readonly #file: FileHandle;
  #pending: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #broken: Error | undefined;

  private constructor(file: FileHandle, lastSeq: number) {
    this.#file = file;
    this.lastSeq = lastSeq;
  }

  /** Opens a new ledger, or an earlier one to go on with; a torn last line is cut off. Throws as `readLedger`. */
  static async open(path: string): Promise<LedgerFile> {
    const file = await open(path, "a+", 0o600);
    try {
      // Anything else than a file, such as a pipe, has no earlier entries and may have no end.
      const isFile = (await file.stat()).isFile();
      const { entries, torn = "" } = isFile ? await readLedger(path) : { entries: [] };
      if (torn !== "") await file.truncate((await file.stat()).size - Buffer.byteLength(torn));
      return new LedgerFile(
        file,
        entries.reduce((last, { seq }) => Math.max(last, seq), 0),
      );
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Returns once the entry is on disk. Throws when it cannot be written, then and for ever: half a line may be there. */
  append(entry: LedgerEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ line: JSON.stringify(entry) + "\n", resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Returns after the last entry is on disk. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        if (this.#broken !== undefined) throw this.#broken;
        await this.#file.appendFile(batch.map(({ line }) => line).join(""));
        await this.#file.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.#broken = error instanceof Error ? error : new Error(String(error));
        for (const { reject } of batch) reject(error);
      }
    }
    this.#flushing = undefined;
  }
}
