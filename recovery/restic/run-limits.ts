import type { ProgramOptions } from "../host/run-program.ts";

/**
 * What ends a run of restic: its caller, or that it stands still for too long. No run that moves bytes has a limit of time.
 */
export type RunLimits = Pick<ProgramOptions, "signal" | "stallAfterMs" | "onWritten">;

/** For how long a run may stand still that asks for something small, in milliseconds. */
export const queryStallMs = 60_000;
/** The same for a run that moves the data itself. */
export const transferStallMs = 180_000;
