/** How fast bytes come, by what was told within this time. */
const windowMs = 20_000;

/** A transfer as it goes on: how much of how much, how fast, and how long still. */
export class Transfer {
  readonly #told: { readonly at: number; readonly bytes: number }[] = [];
  #total = 0;

  /** @param at milliseconds, of a clock that only goes forward */
  tell(at: number, bytes: number, totalBytes: number): void {
    this.#told.push({ at, bytes });
    this.#total = totalBytes;
    // One older than the window is kept: the rate is over all of it.
    while (this.#told.length > 2 && at - (this.#told[1]?.at ?? at) >= windowMs) this.#told.shift();
  }

  /** Bytes a second; null until two moments are known, and while nothing comes. */
  rate(): number | null {
    const [first, last] = [this.#told[0], this.#told.at(-1)];
    if (first === undefined || last === undefined || last.at <= first.at) return null;
    const rate = ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
    return rate > 0 ? rate : null;
  }

  /** Such as `312.0 of 1024.0 MB, 85.1 MB/s, 9 s left`; empty before the first bytes. */
  text(): string {
    const last = this.#told.at(-1);
    if (last === undefined) return "";
    const rate = this.rate();
    const amount =
      this.#total > 0 ? `${mega(last.bytes)} of ${mega(this.#total)} MB` : `${mega(last.bytes)} MB`;
    if (rate === null) return amount;
    const left = Math.max(0, this.#total - last.bytes) / rate;
    return `${amount}, ${mega(rate)} MB/s${this.#total > 0 ? `, ${timeLeft(left)}` : ""}`;
  }
}

/** Such as `9 s left`, `3 min left`. */
export function timeLeft(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s left`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min left` : `${Math.ceil(seconds / 3600)} h left`;
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
