import type { BusinessCheck } from "../../contract/business-check.ts";
import { EdgeClient } from "./edge-client.ts";
import type { EdgeTarget } from "./edge-client.ts";
import { LedgerFile } from "./ledger-file.ts";
import { newRun, writeOne } from "./write-one.ts";
import { WriteTally } from "./write-statistics.ts";
import type { WriteStatistics } from "./write-statistics.ts";

/** How to write. */
export interface CheckWriterOptions {
  readonly target: EdgeTarget;
  readonly check: Pick<BusinessCheck, "write">;
  /** Outside the machine that is tested. An existing ledger is continued. */
  readonly ledgerFile: string;
  /** @default 20 */
  readonly ratePerSecond?: number;
  /** Unanswered writes at most; what is due beyond is skipped and counted. @default 100 */
  readonly maxInFlight?: number;
  /** @default 5000 */
  readonly timeoutMs?: number;
}

/**
 * Writes what a check declares at a steady rate, whatever the edge does (open loop: a slow answer delays no other write), and records each
 * acknowledged one in the ledger. Lost connections are just more failures: it keeps trying at the same rate.
 */
export class CheckWriter {
  readonly #ledger: LedgerFile;
  readonly #client: EdgeClient;
  readonly #check: Pick<BusinessCheck, "write">;
  readonly #run = newRun();
  readonly #intervalMs: number;
  readonly #maxInFlight: number;
  readonly #tally = new WriteTally(new Date());
  readonly #started = performance.now();
  readonly #inFlight = new Set<Promise<void>>();
  #seq: number;
  #due = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped: WriteStatistics | undefined;
  #broken: Error | undefined;

  private constructor(ledger: LedgerFile, options: CheckWriterOptions) {
    const { target, ratePerSecond = 20, maxInFlight = 100, timeoutMs = 5000 } = options;
    this.#ledger = ledger;
    this.#check = options.check;
    this.#seq = ledger.lastSeq;
    this.#client = new EdgeClient(target, timeoutMs);
    this.#intervalMs = 1000 / ratePerSecond;
    this.#maxInFlight = maxInFlight;
  }

  /** Opens the ledger and starts writing. Throws when the ledger cannot be used. */
  static async start(options: CheckWriterOptions): Promise<CheckWriter> {
    const writer = new CheckWriter(await LedgerFile.open(options.ledgerFile), options);
    writer.#tick();
    return writer;
  }

  /** Figures up to now; after `stop`, up to then. */
  statistics(): WriteStatistics {
    return this.#stopped ?? this.#tally.statistics(new Date());
  }

  /** Sends no more, waits for what is unanswered and for the ledger. Throws when the ledger could not be written. */
  async stop(): Promise<WriteStatistics> {
    clearTimeout(this.#timer);
    const now = new Date();
    this.#due = Number.POSITIVE_INFINITY;
    await Promise.all(this.#inFlight);
    this.#stopped ??= this.#tally.statistics(now);
    this.#client.close();
    await this.#ledger.close();
    if (this.#broken !== undefined) throw this.#broken;
    return this.#stopped;
  }

  /** Sends all that is due by now, and sets the clock for the next by the plan, not by this moment: delays do not add up. */
  #tick(): void {
    const elapsed = performance.now() - this.#started;
    for (; this.#due * this.#intervalMs <= elapsed; this.#due++) {
      if (this.#inFlight.size >= this.#maxInFlight) {
        this.#tally.skip();
        continue;
      }
      const sending = this.#send(++this.#seq, this.#started + this.#due * this.#intervalMs);
      this.#inFlight.add(sending);
      void sending.finally(() => this.#inFlight.delete(sending));
    }
    const next = Math.max(0, this.#started + this.#due * this.#intervalMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#tick();
    }, next);
  }

  async #send(seq: number, dueAt: number): Promise<void> {
    this.#tally.send();
    try {
      const outcome = await writeOne(this.#client, this.#check.write, { seq, run: this.#run });
      if (outcome.kind !== "acknowledged") {
        this.#tally.miss(outcome.kind, outcome.cause);
        return;
      }
      const at = new Date();
      const latencyMs = performance.now() - dueAt;
      const { id, digest } = outcome;
      await this.#ledger.append({ seq, id, digest, acknowledgedAt: at.toISOString() });
      this.#tally.acknowledge(at, latencyMs);
    } catch (error) {
      // The ledger is the proof; without it writing on is pointless, and `stop` says so.
      this.#broken ??= error instanceof Error ? error : new Error(String(error));
      this.#due = Number.POSITIVE_INFINITY;
      clearTimeout(this.#timer);
    }
  }
}
