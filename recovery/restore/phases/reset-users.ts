import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { enginesOf } from "../verify/check-manifest.ts";
import type { Phase } from "./phase.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { waitUntil } from "./wait-until.ts";

/** A store that recovers as from a crash may take its time; one that refuses the secrets will not change its mind. */
const answerLimitMs = 300_000;

/**
 * Starts the stores while applications and customers are still kept away, and sets their users to the present secrets:
 * a point that is older than a rotation carries the old ones.
 */
export const resetStoreUsers: Phase = async ({ ports }) => {
  const engines = enginesOf(ports.stores);
  for (const store of engines) await ports.services.scale(store.name, 1);
  for (const { name } of engines) {
    try {
      await waitUntil(ports, `${name} did not accept the current secrets`, answerLimitMs, async () => {
        try {
          await ports.access.resetUsers(name);
          return null;
        } catch (error) {
          return sentenceOf(error);
        }
      });
    } catch (error) {
      const way = `See "docker service ps ${name}" and "docker service logs ${name}" on the host; then repeat the restore`;
      throw new RecoveryError(exitCodes.storeDown, `${sentenceOf(error)}. ${way}.`, { cause: error });
    }
  }
  return {
    detail: `${engines.map((store) => store.name).join(" and ")} accept the current secrets`,
  };
};
