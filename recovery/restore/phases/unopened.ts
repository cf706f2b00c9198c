import { dirname, join } from "node:path";
import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { inventoryKnown } from "./known-inventory.ts";
import { incomingOf, stagedDirectory } from "./fetch.ts";
import type { PhaseContext } from "./phase.ts";

type Place = Pick<PhaseContext, "ports" | "plan">;

/** Where the fetched directories are kept as no engine has opened them yet: what a proof clones. */
export function unopenedCopy(place: Place): string {
  return `${incomingOf(place)}.unopened`;
}

/**
 * Keeps the fetched directories beside those that are placed, for a point whose inventory nobody knows: once an engine has opened them,
 * they say what it made of them. Nothing when they were placed in part already, as by an agent that kept none.
 */
export async function keepUnopened(context: PhaseContext, directories: readonly string[]): Promise<void> {
  const { ports, asked } = context;
  const copy = unopenedCopy(context);
  if (asked.withoutProof || (await ports.files.exists(copy))) return;
  for (const name of directories) if (!(await ports.files.exists(stagedDirectory(context, name)))) return;
  if (await inventoryKnown(context)) return;
  try {
    await ports.inventories.keepCopy(dirname(stagedDirectory(context)), directories, copy);
  } catch (error) {
    throw new RecoveryError(
      exitCodes.failed,
      `the copy that the point's inventory would be taken from could not be made: ${sentenceOf(error)}. Nothing was moved; to go on without it, add --without-proof.`,
      { cause: error },
    );
  }
}

/** Gives the space back that the stores' work on the live directories makes it cost. */
export async function giveUpUnopened(context: Place): Promise<void> {
  await context.ports.files.remove(unopenedCopy(context));
}

/** Whether there is one. */
export function hasUnopened(context: Place): Promise<boolean> {
  return context.ports.files.exists(join(unopenedCopy(context)));
}
