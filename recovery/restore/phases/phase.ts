import type { RestoreMemory } from "../journal/journal.ts";
import type { FetchProgress, RestorePorts } from "./ports.ts";
import type { RestorePlan } from "../plan/restore-plan.ts";

/** What a phase is given. */
export interface PhaseContext {
  readonly plan: RestorePlan;
  readonly ports: RestorePorts;
  /** What is asked of this run alone, whatever the plan was made with. */
  readonly asked: Asked;
  /** What earlier phases learnt. */
  readonly memory: Readonly<RestoreMemory>;
  /** Kept in the journal, also when the phase fails afterwards. */
  readonly remember: (facts: RestoreMemory) => void;
  readonly progress: (progress: FetchProgress) => void;
}

/** What a person says of the verification. */
export interface Asked {
  /** Findings that do not fail the restore, by their names or families. */
  readonly accept: readonly string[];
  /** A point that was never proven is not proven now. */
  readonly withoutProof: boolean;
}

/** What a phase did. */
export interface PhaseOutcome {
  /** For a person, such as `mongo and redis stopped`. */
  readonly detail: string;
  readonly bytes?: number;
}

/** One step of a restore. Repeating it after a crash in its middle must do no harm. Throws a RecoveryError that says what to do. */
export type Phase = (context: PhaseContext) => Promise<PhaseOutcome>;
