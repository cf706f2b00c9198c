import { text } from "node:stream/consumers";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { AgentContext } from "../context.ts";
import {
  addResticKey,
  retireResticKey,
  tryResticKey,
  type KeyChange,
  type KeyTrial,
} from "../restic-keys.ts";

/** A point's backup, or a shipping, ends within minutes. */
const waitMs = 300_000;

/**
 * `kaleem-agent restic-key add` makes the password on stdin open both repositories beside the present one; `retire`, once
 * the password file holds it, takes the former one away; `try` tells whether the one on stdin opens them. Interrupted at any moment, the repositories open with the
 * password file's password; either can be run again.
 */
export async function resticKeyCommand(
  context: AgentContext,
  args: readonly string[],
): Promise<KeyChange | KeyTrial> {
  const [what] = args;
  if ((what !== "add" && what !== "retire" && what !== "try") || args.length > 1)
    throw new RecoveryError(
      exitCodes.usage,
      `restic-key: expected add, retire or try, got "${args.join(" ")}".`,
    );
  if (what === "try") return tryResticKey(context, await givenPassword(what));
  const offsite = await context.locks.acquire("offsite", waitMs);
  try {
    const repository = await context.locks.acquire("repository", waitMs);
    try {
      return what === "retire"
        ? await retireResticKey(context)
        : await addResticKey(context, await givenPassword(what));
    } finally {
      await repository.release();
    }
  } finally {
    await offsite.release();
  }
}

async function givenPassword(what: string): Promise<string> {
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (password !== "") return password;
  throw new RecoveryError(
    exitCodes.usage,
    `restic-key ${what}: expected the ${what === "add" ? "new " : ""}password on stdin, got nothing.`,
  );
}
