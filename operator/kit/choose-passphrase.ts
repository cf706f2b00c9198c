import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { readStackYaml } from "../../components/config/stack-yaml.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import { openWithPassphrase } from "./passphrase-crypter.ts";

/** Asks for something that is not shown while it is typed; null where nobody sits at a terminal. */
export type HiddenQuestion = ((question: string) => Promise<string>) | null;

type Environment = Record<string, string | undefined>;

/**
 * Sees to it that Pulumi can encrypt into a stack's file: with the passphrase that the environment names, which must be that of a file
 * which has secrets already, or one that is chosen now and put into `environment` for what this process starts.
 * @param text The stack's file as it is here; null when there is none.
 * @throws RecoveryError in a sentence; nothing was changed then
 */
export async function choosePassphrase(
  file: string,
  text: string | null,
  ask: HiddenQuestion,
  environment: Environment = process.env,
): Promise<void> {
  const { encryptionsalt, secretsprovider = "passphrase" } = text === null ? {} : readStackYaml(text, file);
  if (secretsprovider !== "passphrase") return;
  const given = await givenPassphrase(environment);
  if (given !== null) {
    if (encryptionsalt === undefined || openWithPassphrase(given, encryptionsalt) !== null) return;
    throw new RecoveryError(
      exitCodes.wrongPassword,
      `${file}: its secrets are encrypted with another passphrase than the one in the environment (PULUMI_CONFIG_PASSPHRASE, or the file that ` +
        `PULUMI_CONFIG_PASSPHRASE_FILE names). Give that one; or, since the recovery kit has the secrets, move the file away and run this again: a new one is then written.`,
    );
  }
  if (ask === null)
    throw new RecoveryError(
      exitCodes.usage,
      `${file}: a passphrase must be chosen that encrypts its secrets from now on, and nobody is here to choose: set PULUMI_CONFIG_PASSPHRASE_FILE to a file with one, or PULUMI_CONFIG_PASSPHRASE.`,
    );
  const isNew = encryptionsalt === undefined;
  const chosen = await ask(
    isNew
      ? `Choose a passphrase that encrypts the secrets in ${file} from now on: `
      : `The passphrase of the secrets in ${file}: `,
  );
  const again = isNew ? await ask("Once more: ") : chosen;
  if (chosen === "" || chosen !== again)
    throw new RecoveryError(
      exitCodes.usage,
      chosen === ""
        ? "No passphrase was chosen; nothing was changed."
        : "The two differ; nothing was changed.",
    );
  if (encryptionsalt !== undefined && openWithPassphrase(chosen, encryptionsalt) === null)
    throw new RecoveryError(
      exitCodes.wrongPassword,
      `${file}: that passphrase does not open its secrets; nothing was changed. Since the recovery kit has the secrets, the file may be moved away: a new one is then written.`,
    );
  environment["PULUMI_CONFIG_PASSPHRASE"] = chosen;
}

async function givenPassphrase(environment: Environment): Promise<string | null> {
  // Set and empty is an empty passphrase to Pulumi, and wins over a file.
  const given = environment["PULUMI_CONFIG_PASSPHRASE"];
  if (given !== undefined) return given;
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (file === undefined || file === "") return null;
  const text = await readIfThere(file);
  if (text === null)
    throw new RecoveryError(
      exitCodes.usage,
      `PULUMI_CONFIG_PASSPHRASE_FILE names ${file}, and there is no such file.`,
    );
  return text.trim();
}

/** Asks on the terminal without an echo; null when there is none. */
export function hiddenQuestion(): HiddenQuestion {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return async (question) => {
    process.stderr.write(question);
    const nothing = new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
    });
    const terminal = createInterface({ input: process.stdin, output: nothing, terminal: true });
    try {
      return await terminal.question("");
    } finally {
      terminal.close();
      process.stderr.write("\n");
    }
  };
}
