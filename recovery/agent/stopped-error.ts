import { CommandError } from "../host/host-port.ts";

/** Why we stopped a program: it took too long, stood still, was told to by its caller, or said itself that it is of no use. */
export type StopReason = "time-limit" | "stalled" | "aborted" | "hopeless";

/** A program that did not end by itself but was stopped by us. */
export class StoppedError extends CommandError {
  readonly reason: StopReason;
  constructor(argv: readonly string[], reason: StopReason, why: string, stderr: string) {
    super(argv, null, `${why}\n${stderr}`);
    this.name = "StoppedError";
    this.reason = reason;
  }
}
