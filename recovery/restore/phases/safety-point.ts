import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import type { Phase } from "./phase.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";

/**
 * Keeps the present state as one more point, so that a restore of the wrong point can itself be undone. Writers are away by now, so it
 * holds all that was ever acknowledged.
 */
export const takeSafetyPoint: Phase = async ({ ports }) => {
  try {
    return { detail: `point ${await ports.points.take()} holds the state before this restore` };
  } catch (error) {
    throw new RecoveryError(exitCodes.failed, `no safety point could be taken: ${sentenceOf(error)}.`, {
      cause: error,
    });
  }
};
