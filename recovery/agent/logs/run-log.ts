import type { Log } from "../../host/log.ts";

/** What a run said, as far as it is kept: its beginning and its end, since these tell most. */
const mostBytes = 64 * 1024;

/** Gathers what a run writes into the journal, which holds no secret, from now on. */
export class RunLog {
  readonly #now: () => Date;
  readonly #stop: () => void;
  readonly #first: string[] = [];
  readonly #last: string[] = [];
  #firstBytes = 0;
  #lastBytes = 0;
  #leftOut = 0;
  constructor(log: Log, now: () => Date) {
    this.#now = now;
    this.#stop = log.listen((line) => this.#add(line));
  }

  /** Ends it, with how the run ended. */
  end(sentence: string): string {
    this.#add(sentence);
    this.#stop();
    const gap = this.#leftOut === 0 ? [] : [`(${this.#leftOut} lines are left out here)`];
    return `${[...this.#first, ...gap, ...this.#last].join("\n")}\n`;
  }

  #add(text: string): void {
    const line = `${this.#now().toISOString()} ${text.slice(0, mostBytes / 4)}`;
    const size = Buffer.byteLength(line) + 1;
    if (this.#leftOut === 0 && this.#last.length === 0 && this.#firstBytes + size <= mostBytes / 2) {
      this.#first.push(line);
      this.#firstBytes += size;
      return;
    }
    this.#last.push(line);
    this.#lastBytes += size;
    while (this.#lastBytes > mostBytes / 2) {
      this.#lastBytes -= Buffer.byteLength(this.#last.shift() ?? "") + 1;
      this.#leftOut += 1;
    }
  }
}
