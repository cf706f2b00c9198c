import { sentenceOf } from "../../contract/sentence-of.ts";
import { PhaseRecorder } from "./journal/phase-recorder.ts";
import { RecoveryError, exitCodes } from "../../contract/exit-codes.ts";
import type { RestoreEvent } from "./journal/event.ts";
import type { PhaseRecord, RestoreJournal } from "./journal/journal.ts";
import { passedBy } from "./plan/left-out.ts";
import type { Failure } from "./report/failure.ts";
import { nextStep } from "./report/next-step.ts";
import type { Asked, PhaseContext } from "./phases/phase.ts";
import { phases } from "./phases/phases.ts";
import { dataUntouchedBefore, phaseFacts } from "./plan/phase-facts.ts";
import { phaseNames, type PhaseName } from "./plan/phase-name.ts";
import type { RestorePorts } from "./phases/ports.ts";
import { recordReport } from "./report/record-report.ts";
import type { RestoreReport } from "./report/report.ts";

/** Told what happens while it happens. */
export type Progress = (event: RestoreEvent) => void;

export interface ExecuteOptions {
  readonly asked: Asked;
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

class Run {
  readonly #journal: RestoreJournal;
  readonly #ports: RestorePorts;
  readonly #options: ExecuteOptions;
  readonly #recorder: PhaseRecorder;
  #release: (() => Promise<void>) | null = null;

  constructor(journal: RestoreJournal, ports: RestorePorts, options: ExecuteOptions) {
    this.#journal = journal;
    this.#ports = { ...ports, stores: restoredStores(ports, journal) };
    this.#options = options;
    this.#recorder = new PhaseRecorder(journal, ports, options.progress);
  }

  async phases(): Promise<Failure | null> {
    try {
      for (const name of await this.#unfinished()) {
        const failure = await this.#phase(name);
        if (failure !== null) return failure;
      }
      return null;
    } finally {
      await this.#unlock();
    }
  }

  /**
   * What is left to do. A run that resumes closes writers once more, and stops stores: a reboot, an `up` or a person may have undone it.
   * Who opened the platform in between let writes in that the safety point of the first run does not hold, and so did an earlier version,
   * which took it before it closed: it is taken again while the live data is still in place.
   */
  async #unfinished(): Promise<PhaseName[]> {
    const settled = new Map(this.#journal.phases.filter(isSettled).map((phase) => [phase.name, phase.state]));
    const first = phaseNames.find((name) => !settled.has(name));
    if (first === undefined) return [];
    const again = new Set<PhaseName>(phaseFacts[first].repeats);
    const live = !phaseFacts[first].changesData && dataUntouchedBefore(first);
    if (settled.get("safety-point") === "done" && live && (await this.#allRun())) again.add("safety-point");
    return phaseNames.filter((name) => !settled.has(name) || again.has(name));
  }

  /** Stores that the first run has stopped take no writes, and no point can be taken of them. */
  async #allRun(): Promise<boolean> {
    const { stores, services } = this.#ports;
    try {
      for (const { name } of stores) if ((await services.containers(name)).length === 0) return false;
      return true;
    } catch {
      // Who cannot be asked may run: the phase itself then fails, in words.
      return true;
    }
  }

  async #phase(name: PhaseName): Promise<Failure | null> {
    const planned = this.#journal.plan.phases.find((phase) => phase.name === name);
    const skip = planned?.skip ?? null;
    if (skip !== null) {
      await this.#recorder.skipped(name, skip);
      return null;
    }
    const startedAt = await this.#recorder.started(name);
    try {
      // Asked to stop: between two phases, or in a wait, is where a resume finds everything in order.
      await this.#ports.pause(0);
      await this.#lock(name);
      const outcome = await phases[name](this.#context(name));
      await this.#recorder.ended(name, startedAt, "done", outcome);
      return null;
    } catch (error) {
      const sentence = sentenceOf(error);
      await this.#recorder.ended(name, startedAt, "failed", { detail: sentence });
      const exitCode = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
      return { phase: name, sentence, next: nextStep(this.#journal, name, exitCode), exitCode };
    }
  }

  #context(phase: PhaseName): PhaseContext {
    const journal = this.#journal;
    return {
      plan: journal.plan,
      ports: this.#ports,
      asked: this.#options.asked,
      memory: journal.memory,
      remember: (facts) => Object.assign(journal.memory, facts),
      progress: ({ bytes, totalBytes }) =>
        this.#options.progress({ event: "phase-progress", phase, bytes, totalBytes }),
    };
  }

  async #lock(name: PhaseName): Promise<void> {
    if (!phaseFacts[name].locks) await this.#unlock();
    else this.#release ??= await this.#ports.lockData();
  }

  async #unlock(): Promise<void> {
    const release = this.#release;
    this.#release = null;
    await release?.();
  }
}

/** All but those that the plan passes by. */
export function restoredStores({ stores }: RestorePorts, { plan }: RestoreJournal): RestorePorts["stores"] {
  const leftOut = passedBy(plan.leftOut);
  return stores.filter(({ name }) => !leftOut.has(name));
}

function isSettled({ state }: PhaseRecord): boolean {
  return state === "done" || state === "skipped";
}
