/**
 * `./kaleem import --from DIR|restic:REPOSITORY`: brings in what the former backup scripts left, store by store.
 * Exit codes: 0 every store is what its file says; 2 nothing was changed; 30 a store differs from its file; else see docs/exit-codes.md.
 */
import { randomBytes } from "node:crypto";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import {
  importPlanSchema,
  importResultSchema,
  type ImportRequest,
  type ImportResult,
} from "../../recovery/imports/request.ts";
import { size } from "../../recovery/host/log.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { askAgent } from "../agent/agent.ts";
import { importAnswer, importPlanAnswer, type ImportPlanAnswer } from "../answers/import-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { isYes, terminalQuestion } from "../deploy/agree.ts";
import { withOperationLock } from "../deploy/operation-lock.ts";
import { readFiles, type ReadFiles } from "../imports/read-files.ts";
import { openOrigin } from "../imports/origin.ts";
import { parseRenames } from "../imports/renames.ts";
import { importedStores } from "../imports/find-files.ts";
import { prepareFolder, removeFolder, upload } from "../imports/upload.ts";
import { OperatorCommand } from "../operator-command.ts";
import { renderImport, renderImportPlan } from "../screens/render-import.ts";
import { SshError } from "../ssh/ssh-error.ts";
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

const planLimitMs = 900_000;
const importLimitMs = 48 * 3_600_000;

await runOperatorCommand(async () => {
  const options = commandLine().opts<ImportOptions>();
  const rename = parseRenames(options.rename ?? []);
  const target = await readTarget(openStack(options.stack));
  const host = new SshHost(target.ssh);
  const origin = openOrigin(options.from, options.passwordFile);
  const progress = terminalProgress();
  try {
    const read = await progress.step(`read ${origin.name}`, async (tell) => {
      const done = await readFiles(origin, {
        only: options.store ?? [],
        taking: { rename, withoutUsers: options.withoutUsers === true },
        tell,
      });
      tell(done.sources.map(({ name }) => name).join(", "));
      return done;
    });
    const plan = await planFor(host, read, origin.name);
    if (options.plan === true || options.json !== true) {
      if (options.plan === true && options.json === true) printAnswer(importPlanAnswer, plan);
      else process.stdout.write(`${renderImportPlan(plan)}\n`);
    }
    if (options.plan === true) return exitCodes.ok;
    await agreeTo(options);
    const result = await withOperationLock(target.ssh, "import", () => importFiles(host, read, progress));
    if (options.json === true) printAnswer(importAnswer, { from: origin.name, ...result });
    else process.stdout.write(`\n${renderImport(result)}\n`);
    return result.after === null ? exitCodes.verifyFailed : exitCodes.ok;
  } finally {
    await origin.close();
  }
});

function commandLine(): OperatorCommand {
  return new OperatorCommand("import")
    .description(
      "Brings in what the former backup scripts left: a MongoDB archive, a Redis RDB file, RabbitMQ definitions, mirrored objects.",
    )
    .requiredOption("--from <place>", "the folder with the files (/backups), or restic:REPOSITORY")
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

/** @throws RecoveryError `usage` with every reason why nothing can be imported */
async function planFor(host: SshHost, read: ReadFiles, from: string): Promise<ImportPlanAnswer> {
  const plan = await askAgent(host, {
    argv: ["import"],
    schema: importPlanSchema,
    stdin: JSON.stringify(requestOf("plan", true, read.sources)),
    timeoutMs: planLimitMs,
  });
  if (plan.refusals.length > 0)
    throw new RecoveryError(exitCodes.usage, `${plan.refusals.join("\n")}\nNothing was imported.`);
  return { from, files: [...read.files], notTaken: [...read.notTaken], ...plan };
}

function requestOf(id: string, planOnly: boolean, sources: readonly PortableSource[]): ImportRequest {
  return { id, planOnly, sources: [...sources] };
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

async function importFiles(
  host: SshHost,
  { sources, paths }: ReadFiles,
  progress: ReturnType<typeof terminalProgress>,
): Promise<ImportResult> {
  const id = `import-${randomBytes(6).toString("hex")}`;
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  const folder = await prepareFolder(host, id, bytes);
  try {
    for (const [index, source] of sources.entries())
      await progress.step(`upload ${source.name}`, (tell) =>
        upload(host, { path: paths[index] ?? "", to: `${folder}/${source.store}` }, (sent) => {
          tell(`${size(sent)} of ${size(source.bytes)}`);
        }),
      );
    return await askAgent(host, {
      argv: ["import"],
      schema: importResultSchema,
      stdin: JSON.stringify(requestOf(id, false, sources)),
      timeoutMs: importLimitMs,
      onLog: (line) => void process.stderr.write(`  ${line}\n`),
    });
  } catch (error) {
    // Without a connection the agent goes on, and reads what is there.
    if (!(error instanceof SshError)) await removeFolder(host, folder);
    throw error;
  }
}
