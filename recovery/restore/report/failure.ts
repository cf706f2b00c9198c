import type { PhaseName } from "../plan/phase-name.ts";

/** What stopped a restore. */
export interface Failure {
  readonly phase: PhaseName;
  readonly sentence: string;
  readonly next: string;
  readonly exitCode: number;
}
