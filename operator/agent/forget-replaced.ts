import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { replacedDataSchema } from "../../recovery/restore/replaced-data.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";
import { isYes } from "../deploy/agree.ts";
import { askAgent } from "./agent.ts";

export interface ForgetReplacedArguments {
  readonly host: RemoteHost;
  /** The id of the restore that moved it aside. */
  readonly id: string;
  /** Only says what would be removed. */
  readonly planOnly: boolean;
  /** Agreed to beforehand. */
  readonly yes: boolean;
  /** Asks a person; null where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** Told what would be removed, before anybody is asked. */
  readonly say: (line: string) => void;
}

/** Removing a tree of millions of files takes its time. */
const removeLimitMs = 3_600_000;

/**
 * Removes for good what one restore moved aside, after showing what it is and asking.
 * @returns whether it was removed; false when only the plan was asked for
 * @throws RecoveryError `usage` for an unknown id, or when nobody agreed; else the agent's own words
 */
export async function forgetReplaced(asked: ForgetReplacedArguments): Promise<boolean> {
  const { host, id, say } = asked;
  const { replaced } = await askAgent(host, {
    argv: ["replaced"],
    schema: z.object({ replaced: z.array(replacedDataSchema) }),
    timeoutMs: 60_000,
  });
  const found = replaced.find((one) => one.id === id);
  if (found === undefined) {
    const there = replaced.map((one) => `\n  ${one.id}, ${size(one.bytes)}`).join("");
    throw new RecoveryError(
      exitCodes.usage,
      `--forget: expected a restore that moved data aside on this host, got ${JSON.stringify(id)}. ${replaced.length === 0 ? "There is none." : `There are:${there}`}`,
    );
  }
  say(
    `Restore ${id} moved ${size(found.bytes)} aside: the live data from before that restore. Removed, it is gone for good; what recovery points hold of it stays.`,
  );
  if (asked.planOnly) return false;
  if (!asked.yes) {
    const answer = await asked.ask?.(`Remove it? [y/N] `);
    if (answer === undefined)
      throw new RecoveryError(
        exitCodes.usage,
        "--forget: nobody is here to agree; nothing was removed. Add --yes.",
      );
    if (!isYes(answer))
      throw new RecoveryError(exitCodes.usage, "--forget: not agreed; nothing was removed.");
  }
  await askAgent(host, {
    argv: ["forget-replaced", id],
    schema: z.object({ removed: z.literal(id) }),
    timeoutMs: removeLimitMs,
  });
  return true;
}

function size(bytes: number | null): string {
  return bytes === null ? "data of an unknown size" : `${(bytes / 1e6).toFixed(1)} MB`;
}
