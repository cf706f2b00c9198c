/**
 * `npm run kit -- --out FILE`: writes a stack's recovery kit: the bucket's address and keys, and the passphrase.
 * With this repository it brings everything back; so does it for whoever finds it. Keep it away from the server.
 * Exit codes: 0 written, 1 failed, 2 wrong arguments.
 */
import { access, readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { decryptConfig } from "../../toolchain/engine/stack.ts";
import { stackInstance, thisRepository } from "../../local/instance.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { recoveryKitSchema, type RecoveryKit } from "../stack/recovery-kit.ts";
import { openStackPaths } from "../stack/stack-paths.ts";
import { runCommandLine } from "../command-errors.ts";

await runCommandLine(async () => {
  const program = new Command("kit")
    .description("Writes the recovery kit of a stack: all that an operator must keep.")
    .requiredOption("--out <file>", "where to write it (mode 0600); an existing file is refused")
    .option("--stack <name>", "the stack", "local")
    .exitOverride()
    .parse();
  const { out, stack } = program.opts<{ out: string; stack: string }>();
  const repository = thisRepository();
  const paths = await openStackPaths(stackInstance(repository, stack));
  try {
    await access(paths.stackFile);
  } catch (error) {
    throw new Error(
      `stack ${stack}: there is no ${paths.stackFile}. Run \`npm run up -- --stack ${stack}\` first.`,
      {
        cause: error,
      },
    );
  }
  const config = await decryptConfig({
    engine: await findOrBuildEngine(terminalProgress()),
    project: repository,
    stack,
    stackFile: paths.stackFile,
    stateDirectory: paths.state,
    passphraseFile: paths.passphrase,
  });
  const offsite = JSON.parse(config.get("kaleem:offsite") ?? "{}") as Partial<RecoveryKit>;
  const kit = recoveryKitSchema.parse({
    ...offsite,
    accessKeyId: config.get("kaleem:offsite-access-key-id"),
    secretAccessKey: config.get("kaleem:offsite-secret-access-key"),
    passphrase: (await readFile(paths.passphrase, "utf8")).trim(),
  });
  await writeFile(out, `${JSON.stringify(kit, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  process.stdout.write(
    `${out}: recovery kit of stack ${stack}. Keep it where the loss of the server cannot reach it.\n`,
  );
  return 0;
});
