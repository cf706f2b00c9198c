import { RecoveryError, exitCodes } from "./exit-codes.ts";
import type { RestoreEvent } from "./phases/event.ts";
import type { PhaseRecord, RestoreJournal } from "./phases/journal.ts";
import { saveJournal } from "./phases/journal-file.ts";
import type { Ledger } from "./phases/judge-orders.ts";
import { nextStep } from "./phases/next-step.ts";
import type { PhaseContext } from "./phases/phase.ts";
import { phases } from "./phases/phases.ts";
import { phaseNames, type PhaseName } from "./phases/phase-name.ts";
import type { RestorePorts } from "./phases/ports.ts";
import { recordReport } from "./phases/record-report.ts";
import type { RestorePlan } from "./phases/restore-plan.ts";
import { sentenceOf } from "./phases/sentence-of.ts";
import type { RestoreReport } from "./report.ts";

/** During these the data lock is held. The safety point before and the first point after them take it themselves. */
const locked: ReadonlySet<PhaseName> = new Set(
  phaseNames.slice(phaseNames.indexOf("fence"), phaseNames.indexOf("record")),
);

/** Told what happens while it happens. */
export type Progress = (event: RestoreEvent) => void;

export interface ExecuteOptions {
  /** Acknowledged orders to hold the stores against. */
  readonly ledger: Ledger | null;
  readonly progress: Progress;
}

/**
 * Carries a plan out: the only place where a restore touches anything. The journal is durable before and after each
 * phase, so that a killed restore is resumed by a second run of the same plan. Gives a report whether it succeeds or
 * fails; rejects only when the journal or the report itself cannot be written.
 */
export async function execute(
  journal: RestoreJournal,
  ports: RestorePorts,
  options: ExecuteOptions,
): Promise<RestoreReport> {
  const run = new Run(journal, ports, options);
  const failure = await run.phases();
  return await recordReport(ports, journal, failure);
}

/** A journal for a plan that has not begun. */
export function beginJournal(plan: RestorePlan, now: Date): RestoreJournal {
  return { version: 1, plan, startedAt: now.toISOString(), phases: [], memory: {}, finishedAt: null };
}

/** What stopped a restore. */
export interface Failure {
  readonly phase: PhaseName;
  readonly sentence: string;
  readonly next: string;
  readonly exitCode: number;
}

class Run {
  readonly #journal: RestoreJournal;
  readonly #ports: RestorePorts;
  readonly #options: ExecuteOptions;
  #release: (() => Promise<void>) | null = null;

  constructor(journal: RestoreJournal, ports: RestorePorts, options: ExecuteOptions) {
    this.#journal = journal;
    this.#ports = ports;
    this.#options = options;
  }

  async phases(): Promise<Failure | null> {
    try {
      for (const name of this.#unfinished()) {
        const failure = await this.#phase(name);
        if (failure !== null) return failure;
      }
      return null;
    } finally {
      await this.#unlock();
    }
  }

  /** Writers are fenced, and stores stopped, once more by a run that resumes: a reboot or an `up` may have undone it. */
  #unfinished(): PhaseName[] {
    const settled = new Set(this.#journal.phases.filter(isSettled).map((phase) => phase.name));
    const rest = phaseNames.filter((name) => !settled.has(name));
    const [first] = rest;
    if (first === undefined || !locked.has(first) || first === "fence") return rest;
    return first === "place" ? ["fence", "stop", ...rest] : ["fence", ...rest];
  }

  async #phase(name: PhaseName): Promise<Failure | null> {
    const planned = this.#journal.plan.phases.find((phase) => phase.name === name);
    const skip = planned?.skip ?? null;
    if (skip !== null) {
      await this.#settle({
        name,
        state: "skipped",
        startedAt: this.#now(),
        seconds: 0,
        bytes: null,
        detail: skip,
      });
      return null;
    }
    const startedAt = this.#now();
    this.#options.progress({ event: "phase-started", phase: name });
    await this.#write({ name, state: "running", startedAt, seconds: null, bytes: null, detail: "" });
    try {
      // Asked to stop: between two phases, or in a wait, is where a resume finds everything in order.
      await this.#ports.pause(0);
      await this.#lock(name);
      const { detail, bytes } = await phases[name](this.#context(name));
      await this.#settle({
        name,
        state: "done",
        startedAt,
        seconds: this.#since(startedAt),
        bytes: bytes ?? null,
        detail,
      });
      return null;
    } catch (error) {
      const sentence = sentenceOf(error);
      await this.#settle({
        name,
        state: "failed",
        startedAt,
        seconds: this.#since(startedAt),
        bytes: null,
        detail: sentence,
      });
      const exitCode = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
      return { phase: name, sentence, next: nextStep(this.#journal, name, exitCode), exitCode };
    }
  }

  #context(phase: PhaseName): PhaseContext {
    const journal = this.#journal;
    return {
      plan: journal.plan,
      ports: this.#ports,
      ledger: this.#options.ledger,
      memory: journal.memory,
      remember: (facts) => Object.assign(journal.memory, facts),
      progress: ({ bytes, totalBytes }) =>
        this.#options.progress({ event: "phase-progress", phase, bytes, totalBytes }),
    };
  }

  async #lock(name: PhaseName): Promise<void> {
    if (!locked.has(name)) await this.#unlock();
    else this.#release ??= await this.#ports.lockData();
  }

  async #unlock(): Promise<void> {
    const release = this.#release;
    this.#release = null;
    await release?.();
  }

  async #settle(record: PhaseRecord & { readonly state: "done" | "skipped" | "failed" }): Promise<void> {
    await this.#write(record);
    const { name, state, seconds, bytes, detail } = record;
    this.#options.progress({
      event: "phase-finished",
      phase: name,
      state,
      seconds: seconds ?? 0,
      bytes,
      detail,
    });
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

  #since(startedAt: string): number {
    return (this.#ports.host.now().getTime() - Date.parse(startedAt)) / 1000;
  }
}

function isSettled({ state }: PhaseRecord): boolean {
  return state === "done" || state === "skipped";
}
