import { undoneBy } from "../plan/restore-plan.ts";
import { join } from "node:path";
import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import { stagedDirectory, incomingOf } from "./fetch.ts";
import { keepUnopened } from "./unopened.ts";
import type { Phase, PhaseContext } from "./phase.ts";
import { runningStores } from "./stop.ts";

/**
 * Moves the live directories aside and the restored ones into their place. Each move is one rename on one filesystem,
 * made durable; a directory that is no longer in incoming is in place already.
 */
export const placeDirectories: Phase = async (context) => {
  const { ports, plan } = context;
  const running = await runningStores(ports);
  if (running.length > 0) {
    const names = running.join(", ");
    throw new RecoveryError(
      exitCodes.failed,
      `${names} started again before the data was in place. Do not run "up" during a restore; repeat the restore.`,
    );
  }
  const directories = ports.stores.flatMap((store) => store.directories);
  await requireComplete(context, directories);
  if (undoneBy(plan) === null) await keepUnopened(context, directories);
  // The other stores of the root serve, and their points have to be shipped.
  if (plan.service === null) await loseLineage(context);
  for (const name of directories) await placeOne(context, name);
  await ports.files.remove(incomingOf(context));
  await forgetUndone(context);
  return {
    detail: `${directories.join(" and ")} in place; what they replace is in ${join(ports.paths.replaced, plan.id)}`,
  };
};

async function loseLineage({ ports }: PhaseContext): Promise<void> {
  // From here until the head is claimed this root belongs to nobody: a point that a timer takes after a failed restore
  // carries the host's own tag, is never shipped, and so can never become the lineage's latest.
  await ports.host.removeFile(ports.paths.lineage);
}

/** The folder of a restore that was undone holds nothing but its marks. */
async function forgetUndone({ ports, plan }: PhaseContext): Promise<void> {
  const undoes = undoneBy(plan);
  if (undoes === null) return;
  const fetched = join(ports.paths.incoming, undoes.restore);
  for (const path of [fetched, `${fetched}.unopened`]) await ports.files.remove(path);
  const folder = join(ports.paths.replaced, undoes.restore);
  const left = (await ports.files.list(folder)).filter((name) => !name.endsWith(placedEnding));
  if (left.length === 0) await ports.files.remove(folder);
}

async function requireComplete(context: PhaseContext, directories: readonly string[]): Promise<void> {
  const { ports } = context;
  for (const name of directories) {
    const staged = await ports.files.exists(stagedDirectory(context, name));
    const placed = await ports.files.exists(placedMark(context, name));
    if (!staged && !placed) {
      const sentence = `what was fetched for ${name} is gone from ${ports.paths.incoming}. Nothing was moved; restart the restore with --from-scratch.`;
      throw new RecoveryError(exitCodes.failed, sentence);
    }
  }
}

async function placeOne(context: PhaseContext, name: string): Promise<void> {
  const { files, paths, host } = context.ports;
  const staged = stagedDirectory(context, name);
  if (!(await files.exists(staged))) return;
  const live = join(paths.live, name);
  if (await files.exists(live)) await files.move(live, await freeName(context, name));
  // Written before the move that it announces: afterwards, absence from incoming alone could not be told from loss.
  await host.writeFile(placedMark(context, name), "");
  await files.move(staged, live);
}

/** What says, in the folder of what was replaced, that a directory was moved into place. */
export const placedEnding = ".placed";

/** An `up` between two runs may have made an empty live directory again: what is already set aside is never overwritten. */
async function freeName({ ports, plan }: PhaseContext, name: string): Promise<string> {
  const base = join(ports.paths.replaced, plan.id, name);
  for (let number = 1; ; number += 1) {
    const path = number === 1 ? base : `${base}.${number}`;
    if (!(await ports.files.exists(path))) return path;
  }
}

function placedMark({ ports, plan }: PhaseContext, name: string): string {
  return join(ports.paths.replaced, plan.id, `${name}${placedEnding}`);
}
