/**
 * `npm run kit -- --out FILE`: writes a stack's recovery kit: the bucket's address and keys, and the passphrase.
 * With this repository it brings everything back; so does it for whoever finds it. Keep it away from the server.
 * Exit codes: 0 written, 1 failed, 2 wrong arguments.
 */
import { readFile, writeFile } from "node:fs/promises";
import { terminalProgress } from "../../workstation/progress.ts";
import { openSecretsStack } from "../secrets/secrets-stack.ts";
import { recoveryKitSchema, type RecoveryKit } from "../stack/recovery-kit.ts";
import { openStack } from "../stack/stack.ts";
import { runOperatorCommand } from "../command-line.ts";
import { kitAnswer } from "../answers/kit-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { OperatorCommand } from "../operator-command.ts";

await runOperatorCommand(async () => {
  const program = new OperatorCommand("kit")
    .description("Writes the recovery kit of a stack: all that an operator must keep.")
    .requiredOption("--out <file>", "where to write it (mode 0600); an existing file is refused")
    .option("--stack <name>", "the stack", "local")
    .option("--json", "says as JSON where it is (docs/json.md)")
    .exitOverride()
    .parse();
  const { out, stack, json } = program.opts<{ out: string; stack: string; json?: true }>();
  const opened = openStack(stack);
  const config = await openSecretsStack(opened, terminalProgress()).values();
  const offsite = JSON.parse(config.get("offsite") ?? "{}") as Partial<RecoveryKit>;
  const kit = recoveryKitSchema.parse({
    ...offsite,
    accessKeyId: config.get("offsite-access-key-id"),
    secretAccessKey: config.get("offsite-secret-access-key"),
    passphrase: (await readFile(opened.passphraseFile, "utf8")).trim(),
  });
  await writeFile(out, `${JSON.stringify(kit, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  if (json === true) printAnswer(kitAnswer, { stack, file: out });
  else {
    process.stdout.write(
      `${out}: recovery kit of stack ${stack}. Keep it where it survives the loss of the server.\n`,
    );
  }
  return 0;
});
