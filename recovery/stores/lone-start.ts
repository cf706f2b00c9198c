import type { StatefulDefinition } from "../../catalog/definition.ts";
import { milliseconds } from "../../catalog/quantities.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import type { Docker } from "../docker/docker.ts";
import { StoreChannel, type StoreChild } from "./store-channel.ts";

/** Of a store whose crash recovery is done already. */
const answerLimitMs = 120_000;
const lookMs = 500;

/**
 * Gives the administrator of a store in its maintenance start the present password; waits until it answers.
 * @param id Its lone container, started with `recovery.maintenance.args`.
 * @throws RecoveryError `storeDown` when it ends, or does not answer in time.
 */
export async function unlockLone(
  { name }: StatefulDefinition,
  id: string,
  secrets: Readonly<Record<string, string>>,
  docker: Pick<Docker, "inspectContainer">,
  child: StoreChild,
): Promise<void> {
  let silence: unknown;
  const answers = async (): Promise<boolean> => {
    const { pid, running } = await docker.inspectContainer(id);
    if (!running)
      throw new RecoveryError(
        exitCodes.storeDown,
        `Store ${name} ended in its maintenance start: see \`journalctl -u docker\`.`,
      );
    const channel = new StoreChannel(
      name,
      pid,
      { ...child, timeoutMs: answerLimitMs },
      { unlockWith: secrets },
    );
    try {
      await channel.answer();
      return true;
    } catch (error) {
      silence = error;
      return false;
    } finally {
      await channel.close();
    }
  };
  if ((await waitUntil(answers, { limitMs: answerLimitMs, everyMs: lookMs })) !== true) throw silence;
}

/** Ends a lone container so that its files are closed as by any stop. @throws RecoveryError `storeDown` when it does not stop. */
export async function endTidily(
  definition: StatefulDefinition,
  id: string,
  docker: Pick<Docker, "inspectContainer" | "kill">,
): Promise<void> {
  await docker.kill(id, "SIGTERM");
  await goneWithin(definition, async () => !(await docker.inspectContainer(id)).running);
}

/** Returns once `gone`. @throws RecoveryError `storeDown` when that takes longer than the store's grace and 30 s. */
export async function goneWithin(
  { name, stopGrace }: StatefulDefinition,
  gone: () => Promise<boolean>,
): Promise<void> {
  await waitUntil(gone, {
    limitMs: milliseconds(stopGrace) + 30_000,
    everyMs: lookMs,
    late: () =>
      new RecoveryError(exitCodes.storeDown, `Store ${name} did not stop within its grace of ${stopGrace}.`),
  });
}
