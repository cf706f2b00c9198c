import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  accountConfigSchema,
  accountSecrets,
  type AccountSettings,
} from "../../components/config/account-schema.ts";
import { ConfigError, sentences } from "../../components/config/config-error.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { parseStackFile } from "./stack-file.ts";
import { lostStack, type Stack } from "./stack.ts";

/** The stack that declares what outlives every machine, with its settings. */
export interface AccountStack {
  readonly stack: Stack;
  readonly settings: AccountSettings;
  /** The committed file's text, as it was read. */
  readonly text: string;
}

/**
 * Opens the one stack of this repository whose file declares an account. No secret is read.
 * @throws RecoveryError `config` when there is none, or several, or its file is wrong
 */
export function openAccount(repository = repositoryRoot): AccountStack {
  const files = readdirSync(repository).filter((file) => /^Pulumi\..+\.yaml$/.test(file));
  const found = files.filter((file) => declaresAccount(readFileSync(join(repository, file), "utf8"), file));
  const [file] = found;
  if (file === undefined || found.length > 1)
    throw new RecoveryError(
      exitCodes.config,
      `account: expected one stack file with kaleem:account, got ${found.length === 0 ? "none" : found.sort().join(", ")}. ` +
        "The account's stack holds the records that a cut-over moves: docs/account.md.",
    );
  const stack = lostStack(file.replace(/^Pulumi\.|\.yaml$/g, ""), repository);
  const text = readFileSync(stack.stackFile, "utf8");
  return { stack, text, settings: readAccount(text, file) };
}

/** An account's settings in the text of its stack file; its secret may be missing. @throws RecoveryError `config` with every problem */
export function readAccount(text: string, file: string): AccountSettings {
  const { config = {} } = parseStackFile(text, file);
  const settings = Object.fromEntries(
    Object.entries(config)
      .map(([key, value]) => [key.replace(/^kaleem:/, ""), value] as const)
      .filter(([key]) => !Object.hasOwn(accountSecrets, key)),
  );
  const parsed = accountConfigSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = sentences(
    parsed.error.issues,
    settings,
    () => [],
    () => false,
  );
  throw new RecoveryError(
    exitCodes.config,
    `${new ConfigError(file, problems).message}\nEvery key is explained in docs/account-config.md.`,
  );
}

function declaresAccount(text: string, file: string): boolean {
  // Looked for as text first: another stack's file that cannot be read is no reason to move no record.
  return /^ +["']?kaleem:account["']?:/m.test(text)
    ? parseStackFile(text, file).config?.["kaleem:account"] !== undefined
    : false;
}
