import { resolve } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { readKeys } from "../../operator/stack/look-offsite.ts";
import { openStack } from "../../operator/stack/stack.ts";
import { readTarget } from "../../operator/stack/target.ts";
import { Bucket } from "../../recovery/lineage/bucket.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { DrillHistory } from "./drill-history.ts";

/** How a command line names a history. */
export interface HistoryOptions {
  readonly historyOf?: string;
  readonly keyFile?: string;
  readonly signKey?: string;
  readonly allowedSigners?: string;
}

/** Where the committed file of allowed signers is, from the root. */
export const committedSigners = "drill/allowed-signers";

/** An operator waits longer than a job. */
const timeoutMs = 30_000;

/**
 * The history that is named, by keys that are given for it: no drill opens the secrets of the stack whose history it writes. Null when none is named.
 * @throws RecoveryError `usage` naming what is missing, `config` for a stack or a key file that is wrong
 */
export async function openHistory(options: HistoryOptions): Promise<DrillHistory | null> {
  const { historyOf, keyFile, signKey, allowedSigners } = options;
  if (historyOf === undefined) {
    const idle = Object.entries({ "--key-file": keyFile, "--sign-key": signKey }).flatMap(([flag, value]) =>
      value === undefined ? [] : [flag],
    );
    if (idle.length === 0) return null;
    throw wrong(`${idle.join(" and ")}: of use with --history-of alone, which says whose history is meant`);
  }
  if (keyFile === undefined)
    throw wrong(
      `--history-of ${historyOf}: give --key-file, a file with keys of that stack's off-site bucket; its own secrets are not opened for a drill`,
    );
  const { offsite } = await readTarget(openStack(historyOf));
  return new DrillHistory({
    stack: historyOf,
    bucket: new Bucket(offsite, await readKeys(keyFile), timeoutMs),
    allowedSigners: resolve(repositoryRoot, allowedSigners ?? committedSigners),
  });
}

/** The key to sign with, where a record is to be appended. @throws RecoveryError `usage` */
export function signingKey({ historyOf, signKey }: HistoryOptions): string {
  if (signKey !== undefined) return resolve(signKey);
  throw wrong(
    `--history-of ${historyOf ?? ""}: give --sign-key, an OpenSSH key that ${committedSigners} allows: a record that nobody signed counts for nothing`,
  );
}

function wrong(sentence: string): RecoveryError {
  return new RecoveryError(exitCodes.usage, sentence);
}
