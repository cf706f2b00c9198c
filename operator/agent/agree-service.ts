import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

export interface AgreeServiceArguments {
  /** The store's name, which is to be typed. */
  readonly name: string;
  /** What is replaced, such as `the data of mongo`. */
  readonly what: string;
  /** Agreed to beforehand. */
  readonly yes: boolean;
  /** Asks a person; null where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

/**
 * Has a person type the name of the store whose data is replaced: a platform that serves must not lose the wrong one to a slip.
 * @throws RecoveryError `usage` when nobody is there, or another name was typed; nothing was changed
 */
export async function agreeService({ name, what, yes, ask }: AgreeServiceArguments): Promise<void> {
  if (yes) return;
  if (ask === null)
    throw new RecoveryError(
      exitCodes.usage,
      `restore: nobody is here to agree that ${what} is replaced; nothing was changed. Add --yes.`,
    );
  const typed = (await ask(`This replaces ${what}. Type ${name} to go on: `)).trim();
  if (typed !== name)
    throw new RecoveryError(
      exitCodes.usage,
      `restore: expected the name ${name}, got ${JSON.stringify(typed)}; nothing was changed.`,
    );
}
