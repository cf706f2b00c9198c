import { setTimeout as wait } from "node:timers/promises";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { RestoreEvent } from "../../recovery/restore/journal/event.ts";
import type { Beside } from "../../workstation/joined-progress.ts";
import { fetchForRestore, RestoreRefused, type RestoreAsk } from "../agent/restore-stack.ts";
import { Transfer } from "../screens/transfer.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

/** How the fetch ended. One that failed is repeated by the restore, which then says why in its own words. */
export type FetchEnd =
  | { readonly state: "not-begun" }
  | { readonly state: "fetched"; readonly seconds: number }
  | { readonly state: "failed"; readonly sentence: string; readonly seconds: number };

export interface FetchBesideOptions {
  readonly request: RestoreAsk;
  /** The agent's log lines. */
  readonly onLog?: (line: string) => void;
  /** Between two looks whether another run's restore is at its end, in milliseconds. @default 3000 */
  readonly lookMs?: number;
}

/**
 * Fetches a restore's point while the platform is being declared. It goes on on the host when this computer is gone, and another run
 * of the same waits for it.
 */
export class FetchBeside implements Beside {
  readonly #options: FetchBesideOptions;
  readonly #watchers = new Set<() => void>();
  readonly #transfer = new Transfer();
  #text = "";
  #running: Promise<FetchEnd> | null = null;
  #begun = false;
  readonly #left = new AbortController();

  constructor(options: FetchBesideOptions) {
    this.#options = options;
  }

  /** To be called once the agent works; a second call does nothing. */
  start(host: RemoteHost): void {
    this.#running ??= this.#run(host);
  }

  /** Whether the journal of the restore is begun by it: the restore then goes on, whatever was asked to be discarded. */
  get begun(): boolean {
    return this.#begun;
  }

  text(): string {
    return this.#text;
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Waits for its end; never rejects. */
  async ended(): Promise<FetchEnd> {
    return (await this.#running) ?? { state: "not-begun" };
  }

  /** Listens no more: what is fetched goes on on the host, for a second run to find. */
  leave(): void {
    this.#left.abort(new Error("nobody waits for the fetch any more; it goes on on the host"));
  }

  async #run(host: RemoteHost): Promise<FetchEnd> {
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    this.#say("fetch begins");
    try {
      while (!(await this.#fetched(host))) {
        this.#say("fetch of an earlier run goes on");
        await wait(this.#options.lookMs ?? 3000);
        this.#left.signal.throwIfAborted();
      }
      return { state: "fetched", seconds: seconds() };
    } catch (error) {
      return { state: "failed", sentence: sentenceOf(error), seconds: seconds() };
    } finally {
      this.#say("");
    }
  }

  /** False while another run's restore, or fetch, is at work on the host. */
  async #fetched(host: RemoteHost): Promise<boolean> {
    const { request, onLog } = this.#options;
    try {
      await fetchForRestore({
        host,
        request,
        signal: this.#left.signal,
        onEvent: (event) => {
          this.#hear(event);
        },
        ...(onLog === undefined ? {} : { onLog }),
      });
      return true;
    } catch (error) {
      if (isRunning(error)) return false;
      throw error;
    }
  }

  #hear(event: RestoreEvent): void {
    if (event.event === "begun") this.#begun = true;
    if (event.event === "phase-started" && event.phase === "fetch") this.#say("fetch: reads the repository");
    if (event.event === "phase-progress") {
      this.#transfer.tell(performance.now(), event.bytes, event.totalBytes);
      this.#say(`fetched ${this.#transfer.text()}`);
    }
  }

  #say(text: string): void {
    this.#text = text;
    for (const changed of this.#watchers) changed();
  }
}

/** That a restore runs on the host is the only reason against it. */
export function isRunning(error: unknown): boolean {
  return error instanceof RestoreRefused && error.refusals.every(({ code }) => code === "running");
}
