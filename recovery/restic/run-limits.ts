import type { ProgramOptions } from "../agent/run-program.ts";

/** Limits for one run of restic. */
export type RunLimits = Pick<ProgramOptions, "timeoutMs" | "signal">;
