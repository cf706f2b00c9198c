import type { HostPort } from "../host/host-port.ts";
import { layout } from "../../contract/layout.ts";

/** Which repository is written to. */
export type RepositoryPlace = "local" | "offsite";

/**
 * Remembers across a kill or a power cut that a run was writing to a repository: what it had moved is there then, but in no index.
 * The mark is on disk before the first byte is moved and goes when the run has ended well.
 */
export class UnfinishedWrites {
  readonly #host: HostPort;
  readonly #path: string;
  constructor(host: HostPort, place: RepositoryPlace) {
    this.#host = host;
    this.#path = `${layout.agentState}/unfinished-${place}.json`;
  }

  /** What the run was that has left something; null when the last one ended well. */
  async left(): Promise<string | null> {
    const text = await this.#host.readFile(this.#path);
    return text === null ? null : text.trim();
  }

  /** Does `work` under the mark. What was left before and is not mended yet stays marked. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const before = await this.left();
    if (before === null)
      await this.#host.writeFile(this.#path, `${what} since ${this.#host.now().toISOString()}\n`, 0o644);
    const result = await work();
    if (before === null) await this.#host.removeFile(this.#path);
    return result;
  }

  /** Runs `repair` when a run has left something; the mark goes once that ended well. */
  async mend(repair: (left: string) => Promise<void>): Promise<boolean> {
    const left = await this.left();
    if (left === null) return false;
    await repair(left);
    await this.#host.removeFile(this.#path);
    return true;
  }
}
