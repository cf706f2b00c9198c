/**
 * `./kaleem import --from DIR|restic:REPOSITORY|dumps|dump:ID`: brings in what the former backup scripts left, or this stack's own dumps, store by
 * store.
 * Exit codes: 0 every store is what its file says; 2 nothing was changed; 30 a store differs from its file; else see docs/exit-codes.md.
 */
import type { Taking } from "../../catalog/portable/read-portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { runOperatorCommand } from "../command-line.ts";
import { isYes, terminalQuestion } from "../deploy/agree.ts";
import { agreedImport } from "../imports/agreed-import.ts";
import { chooseDumps, dumpsAsked } from "../imports/choose-dumps.ts";
import { importedStores } from "../imports/find-files.ts";
import { openOrigin } from "../imports/origin.ts";
import { readFiles } from "../imports/read-files.ts";
import { parseRenames } from "../imports/renames.ts";
import { type Given, givenDumps, listDumps } from "../imports/run-import.ts";
import { OperatorCommand } from "../operator-command.ts";
import { SshHost } from "../ssh/ssh.ts";
import { openStack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";

interface ImportOptions {
  readonly stack: string;
  readonly from: string;
  readonly store?: readonly string[];
  readonly rename?: readonly string[];
  readonly passwordFile?: string;
  readonly withoutUsers?: true;
  readonly plan?: true;
  readonly yes?: true;
  readonly json?: true;
}

await runOperatorCommand(async () => {
  const options = commandLine().opts<ImportOptions>();
  const rename = parseRenames(options.rename ?? []);
  const host = new SshHost((await readTarget(openStack(options.stack))).ssh);
  const taking = { rename, withoutUsers: options.withoutUsers === true };
  const progress = terminalProgress();
  const asked = dumpsAsked(options.from);
  const given =
    asked === null
      ? await givenFiles(options, taking, progress)
      : await givenDumps(
          host,
          chooseDumps(await listDumps(host, true), { ...asked, only: options.store ?? [] }),
          taking,
          progress,
        );
  return agreedImport({
    ...{ host, operation: "import", given, progress },
    ...{ planOnly: options.plan === true, json: options.json === true },
    agree: () => agreeTo(options),
  });
});

async function givenFiles(
  { from, passwordFile, store = [] }: ImportOptions,
  taking: Taking,
  progress: ReturnType<typeof terminalProgress>,
): Promise<Given> {
  const origin = openOrigin(from, passwordFile);
  try {
    const read = await progress.step(`read ${origin.name}`, async (tell) => {
      const done = await readFiles(origin, { only: store, taking, tell });
      tell(done.sources.map(({ name }) => name).join(", "));
      return done;
    });
    return { name: origin.name, read, placed: null, close: () => origin.close() };
  } catch (error) {
    await origin.close();
    throw error;
  }
}

function commandLine(): OperatorCommand {
  return new OperatorCommand("import")
    .description(
      "Brings in what the former backup scripts left: a MongoDB archive, a Redis RDB file, RabbitMQ definitions, mirrored objects.",
    )
    .requiredOption(
      "--from <place>",
      "the folder with the files (/backups), restic:REPOSITORY, or of this stack's own dumps: dumps, the newest ones, or dump:ID",
    )
    .option("--stack <name>", "the stack to import into", "local")
    .option("--store <names...>", `only these: ${importedStores.join(", ")}`)
    .option("--rename <from=to...>", "another name for a database of the file; the same one keeps it")
    .option("--without-users", "leave out RabbitMQ's users and what they may")
    .option("--password-file <file>", "the password of a restic repository")
    .option("--plan", "only show what was found, and what it would replace")
    .option("--yes", "agrees to the plan")
    .option("--json", "as JSON (docs/json.md)")
    .exitOverride()
    .parse();
}

/** @throws RecoveryError `usage` when nobody agreed */
async function agreeTo({ yes, stack }: ImportOptions): Promise<void> {
  if (yes === true) return;
  const ask = terminalQuestion();
  if (ask === null)
    throw new RecoveryError(
      exitCodes.usage,
      `import: data of stack ${stack} would be replaced, and nobody is here to agree; nothing was changed. Add --yes.`,
    );
  if (!isYes(await ask(`Import this into ${stack}? [y/N] `)))
    throw new RecoveryError(exitCodes.usage, "import: not agreed; nothing was changed.");
}
