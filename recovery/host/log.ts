/** Log lines on stderr, one a phase, with what it took. systemd's journal adds the time. */
export class Log {
  readonly #listeners = new Set<(line: string) => void>();
  readonly #print: (line: string) => void;
  constructor(print: (line: string) => void = (line) => void process.stderr.write(`${line}\n`)) {
    this.#print = print;
  }

  /** Hands each line to somebody else, too, until what it returns is called. */
  listen(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #write(line: string): void {
    this.#print(line);
    for (const listener of this.#listeners) listener(line);
  }

  line(text: string): void {
    this.#write(text);
  }

  /** Runs a phase and says how long it took, and `describe`'s words when it went well. */
  async phase<T>(name: string, work: () => Promise<T>, describe?: (result: T) => string): Promise<T> {
    const started = performance.now();
    try {
      const result = await work();
      const detail = describe?.(result);
      this.#write(
        `${name}: ${duration(performance.now() - started)}${detail === undefined ? "" : ` (${detail})`}`,
      );
      return result;
    } catch (error) {
      this.#write(`${name}: failed after ${duration(performance.now() - started)}`);
      throw error;
    }
  }
}

/** Such as `84 ms` or `3.2 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Such as `3.1 MiB`. */
export function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${units[power] ?? ""}`;
}
