import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { enginesOf } from "../verify/check-manifest.ts";
import { knownInventory } from "./known-inventory.ts";
import type { Phase } from "./phase.ts";
import { startStores } from "./start.ts";
import { giveUpUnopened, hasUnopened, unopenedCopy } from "./unopened.ts";

/**
 * Sees to it that what the point holds is known: by a proof of before, or by one on the copy that no engine has opened. A store that is
 * not proven fails nothing here: the verification says that it could not be held against anything.
 */
export const proveRestored: Phase = async (context) => {
  const { ports, memory, asked } = context;
  const known = await knownInventory(context);
  if (known.record !== null && known.missing.length === 0)
    return { detail: `proven at ${known.record.at}: what it holds is known` };
  if (asked.withoutProof)
    return { detail: "left out as asked (--without-proof); the point was never proven" };
  if (!(await hasUnopened(context)))
    return { detail: "the point was never proven, and no copy of it is left that no store has opened" };
  if (memory.manifest === undefined) {
    throw new RecoveryError(
      exitCodes.failed,
      "the journal no longer has the point's manifest. Restart the restore with --from-scratch.",
    );
  }
  // A proof needs the secrets of running tasks, and one that was killed may have left a store stopped.
  for (const { name } of enginesOf(ports.stores)) await ports.services.scale(name, 1);
  await startStores(context);
  const record = await ports.inventories.prove(memory.manifest, unopenedCopy(context));
  if (!record.ok) return { detail: record.problems.join(" ") };
  await giveUpUnopened(context);
  return { detail: `${Object.keys(record.stores).join(" and ")} proven on a copy` };
};
