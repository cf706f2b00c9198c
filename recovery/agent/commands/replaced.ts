import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { ReplacedData } from "../../restore/replaced-data.ts";
import type { AgentContext } from "../context.ts";
import { listReplaced, removeReplaced } from "../restore/replaced-folder.ts";

/** `kaleem-agent replaced`: what restores have moved aside on this host. */
export async function replacedCommand(): Promise<{ readonly replaced: readonly ReplacedData[] }> {
  return { replaced: await listReplaced() };
}

/** `kaleem-agent forget-replaced RESTORE`: removes for good what one restore moved aside. */
export async function forgetReplacedCommand(
  context: AgentContext,
  [id, ...rest]: readonly string[],
): Promise<{ readonly removed: string }> {
  if (id === undefined || rest.length > 0) {
    throw new RecoveryError(
      exitCodes.usage,
      "forget-replaced: expected the id of one restore, as `kaleem-agent replaced` lists it.",
    );
  }
  await removeReplaced(context, id);
  return { removed: id };
}
