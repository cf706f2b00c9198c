import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { jobs } from "../../../contract/jobs.ts";
import type { AgentContext } from "../context.ts";
import type { RepositoryPlace } from "../unfinished-writes.ts";

/**
 * Reads from a repository; when something in it cannot be found, makes its index anew from the packs and reads once more. No lock
 * of the bucket protects the index, and nothing in it is needed: the packs say what they hold.
 * @throws RecoveryError `repositoryDamaged` when that does not help
 */
export async function withIndex<T>(
  context: Pick<AgentContext, RepositoryPlace | "log" | "interrupted">,
  place: RepositoryPlace,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RecoveryError) || error.exitCode !== exitCodes.repositoryDamaged) throw error;
    context.log.line(`rebuilding the index of the ${place} repository from its packs: ${error.message}`);
    try {
      const { stallAfterMs } = jobs[`check-${place}`];
      await context[place].repairIndex({ signal: context.interrupted, stallAfterMs });
    } catch (repair) {
      if (!(repair instanceof RecoveryError)) throw repair;
      throw new RecoveryError(
        error.exitCode,
        `${error.message} Its index could not be rebuilt: ${repair.message}`,
        { cause: repair },
      );
    }
    return read();
  }
}
