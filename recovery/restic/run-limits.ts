import type { ProgramOptions } from "../host/run-program.ts";

/** Limits for one run of restic. */
export type RunLimits = Pick<ProgramOptions, "timeoutMs" | "signal">;
