import { PulumiError } from "../../toolchain/engine/pulumi-error.ts";
import type { Difference } from "./verdict.ts";

/** How an `up` ended. */
export type Outcome = "succeeded" | "rolled back" | "failed";

/** An update that Swarm took back: what ran before it runs again. */
export class RolledBackError extends PulumiError {
  constructor(failed: PulumiError) {
    super(failed.message, failed.interrupted);
    this.name = "RolledBackError";
    this.cause = failed;
  }
}

/** What runs is not what was declared, though nothing failed before. */
export class NotAsDeclaredError extends Error {
  readonly differences: readonly Difference[];

  constructor(message: string, differences: readonly Difference[]) {
    super(message);
    this.name = "NotAsDeclaredError";
    this.differences = differences;
  }
}

/**
 * Runs the engine, and throws a `RolledBackError` when it failed because Swarm took an update back. Recognized here, before anybody
 * adds what containers said last: a database's "rolled back" is none of Swarm's.
 */
export async function tellingRollbacks<T>(engine: () => Promise<T>): Promise<T> {
  try {
    return await engine();
  } catch (error) {
    throw error instanceof PulumiError && saysRolledBack(error.message) ? new RolledBackError(error) : error;
  }
}

/**
 * Whether the engine's errors tell of an update that Swarm took back. A plugin is a process of its own, and its errors reach us as words
 * only: those of the official Docker plugin, which the stand-in says too.
 */
export function saysRolledBack(errors: string): boolean {
  return /\bservice rollback completed: |\bupdate rolled back due to failure\b/.test(errors);
}

/** How an `up` ended that threw this. A service that runs another image than declared was rolled back, whatever was said of its update. */
export function outcomeOf(error: unknown): Exclude<Outcome, "succeeded"> {
  if (error instanceof RolledBackError) return "rolled back";
  const isOld = error instanceof NotAsDeclaredError && error.differences.some(({ kind }) => kind === "image");
  return isOld ? "rolled back" : "failed";
}
