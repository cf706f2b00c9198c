import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { RestorePlan } from "../../recovery/restore/plan/restore-plan.ts";

export interface AgreeServiceArguments {
  readonly plan: Pick<RestorePlan, "service">;
  /** Agreed to beforehand. */
  readonly yes: boolean;
  /** Asks a person; null where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

/**
 * Has a person type the name of the store whose data is replaced: a platform that serves must not lose the wrong one to a slip.
 * @throws RecoveryError `usage` when nobody is there, or another name was typed; nothing was changed
 */
export async function agreeService({ plan, yes, ask }: AgreeServiceArguments): Promise<void> {
  const name = plan.service?.name;
  if (name === undefined || yes) return;
  if (ask === null)
    throw new RecoveryError(
      exitCodes.usage,
      `restore: nobody is here to agree that the data of ${name} is replaced; nothing was changed. Add --yes.`,
    );
  const typed = (await ask(`This replaces the data of ${name}. Type its name to go on: `)).trim();
  if (typed !== name)
    throw new RecoveryError(
      exitCodes.usage,
      `restore: expected the name ${name}, got ${JSON.stringify(typed)}; nothing was changed.`,
    );
}
