import { RecoveryError } from "../../contract/exit-codes.ts";
import type { Restic } from "./restic.ts";

/** For how long a point waits for an answer from off-site that it can do without. */
const pointWaitMs = 30_000;

/** What was there and what was made. */
export interface RepositoriesState {
  readonly local: "found" | "made" | "made-like-offsite";
  readonly offsite: "found" | "made" | "made-like-local" | "unreachable" | "not-asked";
}

/**
 * Makes the repositories that are missing. Whichever comes second takes the first one's chunker parameters: on a rebuilt host that
 * is the local one, after an off-site repository that is years old; without them the off-site copy doubles.
 * @param wanted `local` makes only the local one, but still looks off-site for its parameters; an unreachable bucket does not
 * keep a point from being taken then. `both` fails when off-site cannot be made.
 */
export async function ensureRepositories(
  local: Restic,
  offsite: Restic,
  wanted: "local" | "both",
): Promise<RepositoriesState> {
  const localExists = await local.exists();
  if (localExists && wanted === "local") return { local: "found", offsite: "not-asked" };
  const offsiteExists = await existsWithin(offsite, wanted);
  if (!localExists) await local.init(offsiteExists === true ? offsite : undefined);
  const localState = localExists ? "found" : offsiteExists === true ? "made-like-offsite" : "made";
  if (offsiteExists === null) return { local: localState, offsite: "unreachable" };
  if (offsiteExists) return { local: localState, offsite: "found" };
  if (wanted === "local") return { local: localState, offsite: "not-asked" };
  await offsite.init(local);
  return { local: localState, offsite: "made-like-local" };
}

/** Null: not reachable, and that is tolerable. */
async function existsWithin(offsite: Restic, wanted: "local" | "both"): Promise<boolean | null> {
  try {
    return await offsite.exists(wanted === "local" ? { signal: AbortSignal.timeout(pointWaitMs) } : {});
  } catch (error) {
    // A point matters more than how well its copy will fit.
    if (wanted === "local" && error instanceof RecoveryError) return null;
    throw error;
  }
}
