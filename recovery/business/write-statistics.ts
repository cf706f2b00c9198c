/** What a writer saw so far. Latencies are counted from when a write was due, so a stalled edge cannot hide in them. */
export interface WriteStatistics {
  /** Writes that left. */
  readonly sent: number;
  /** Confirmed by the edge and recorded in the ledger. */
  readonly acknowledged: number;
  /** Certainly not made: no connection, or refused as such (4xx). */
  readonly failed: number;
  /** No answer, or 5xx: may or may not exist. Never counted as a loss, never expected back. */
  readonly unknown: number;
  /** Confirmed, but not as it was sent: a broken promise. Any is a defect. */
  readonly altered: number;
  /** Due, but not sent because too many were still unanswered. */
  readonly skipped: number;
  /** Causes of `failed`, `unknown` and `altered`, such as `503 unavailable`, `timeout`, `ECONNREFUSED`. */
  readonly causes: Readonly<Record<string, number>>;
  readonly firstAcknowledgedAt?: Date;
  readonly lastAcknowledgedAt?: Date;
  /** Of acknowledged writes, in milliseconds; absent before the first. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Longest time without an acknowledgement since the start, in milliseconds, and when it began. */
  readonly largestGapMs: number;
  readonly largestGapFrom: Date;
}

type Misses = "failed" | "unknown" | "altered";

/** Counts what happens to writes. */
export class WriteTally {
  #sent = 0;
  #skipped = 0;
  readonly #missed: Record<Misses, number> = { failed: 0, unknown: 0, altered: 0 };
  readonly #causes = new Map<string, number>();
  readonly #latencies: number[] = [];
  #first: Date | undefined;
  #last: Date;
  #gapMs = 0;
  #gapFrom: Date;

  constructor(startedAt: Date) {
    this.#last = startedAt;
    this.#gapFrom = startedAt;
  }

  send(): void {
    this.#sent++;
  }

  skip(): void {
    this.#skipped++;
  }

  miss(kind: Misses, cause: string): void {
    this.#missed[kind]++;
    this.#causes.set(cause, (this.#causes.get(cause) ?? 0) + 1);
  }

  acknowledge(at: Date, latencyMs: number): void {
    this.#latencies.push(latencyMs);
    this.#first ??= at;
    const gap = at.getTime() - this.#last.getTime();
    if (gap > this.#gapMs) [this.#gapMs, this.#gapFrom] = [gap, this.#last];
    if (gap > 0) this.#last = at;
  }

  /** `now` closes the gap that is still open. */
  statistics(now: Date): WriteStatistics {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const openGap = now.getTime() - this.#last.getTime();
    const isLongest = openGap > this.#gapMs;
    return {
      sent: this.#sent,
      acknowledged: sorted.length,
      ...this.#missed,
      skipped: this.#skipped,
      causes: Object.fromEntries(this.#causes),
      ...(this.#first === undefined
        ? {}
        : { firstAcknowledgedAt: this.#first, lastAcknowledgedAt: this.#last }),
      ...quantiles(sorted),
      largestGapMs: isLongest ? openGap : this.#gapMs,
      largestGapFrom: isLongest ? this.#last : this.#gapFrom,
    };
  }
}

function quantiles(sorted: readonly number[]): Pick<WriteStatistics, "p50Ms" | "p99Ms"> {
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  return sorted.length === 0 ? {} : { p50Ms: at(0.5), p99Ms: at(0.99) };
}
