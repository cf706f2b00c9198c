import type { RestoreEvent } from "./event.ts";
import type { PhaseRecord, RestoreJournal } from "./journal.ts";
import { saveJournal } from "./journal-file.ts";
import type { PhaseOutcome } from "../phases/phase.ts";
import { phaseNames, type PhaseName } from "../plan/phase-name.ts";
import type { RestorePorts } from "../phases/ports.ts";

/** Writes into the journal how each phase goes, durably, and tells it on. */
export class PhaseRecorder {
  readonly #journal: RestoreJournal;
  readonly #ports: RestorePorts;
  readonly #progress: (event: RestoreEvent) => void;

  constructor(journal: RestoreJournal, ports: RestorePorts, progress: (event: RestoreEvent) => void) {
    this.#journal = journal;
    this.#ports = ports;
    this.#progress = progress;
  }

  async skipped(name: PhaseName, why: string): Promise<void> {
    await this.#settle({
      name,
      state: "skipped",
      startedAt: this.#now(),
      seconds: 0,
      bytes: null,
      detail: why,
    });
  }

  /** @returns when it started, for `ended` */
  async started(name: PhaseName): Promise<string> {
    const startedAt = this.#now();
    this.#progress({ event: "phase-started", phase: name });
    await this.#write({ name, state: "running", startedAt, seconds: null, bytes: null, detail: "" });
    return startedAt;
  }

  async ended(
    name: PhaseName,
    startedAt: string,
    state: "done" | "failed",
    { detail, bytes }: PhaseOutcome,
  ): Promise<void> {
    const seconds = (this.#ports.host.now().getTime() - Date.parse(startedAt)) / 1000;
    await this.#settle({ name, state, startedAt, seconds, bytes: bytes ?? null, detail });
  }

  async #settle(record: PhaseRecord & { readonly state: "done" | "skipped" | "failed" }): Promise<void> {
    await this.#write(record);
    const { name, state, seconds, bytes, detail } = record;
    this.#progress({ event: "phase-finished", phase: name, state, seconds: seconds ?? 0, bytes, detail });
  }

  async #write(record: PhaseRecord): Promise<void> {
    const others = this.#journal.phases.filter((phase) => phase.name !== record.name);
    const order = (phase: PhaseRecord): number => phaseNames.indexOf(phase.name);
    this.#journal.phases = [...others, record].sort((a, b) => order(a) - order(b));
    await saveJournal(this.#ports, this.#journal);
  }

  #now(): string {
    return this.#ports.host.now().toISOString();
  }
}
