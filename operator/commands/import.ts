/**
 * `./kaleem import --from DIR|restic:REPOSITORY|dumps|dump:ID`: brings in what the former backup scripts left, or this stack's own dumps, store by
 * store.
 * Exit codes: 0 every store is what its file says; 2 nothing was changed; 30 a store differs from its file; else see docs/exit-codes.md.
 */
import { randomBytes } from "node:crypto";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import type { Taking } from "../../catalog/portable/read-portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import {
  importPlanSchema,
  importResultSchema,
  type ImportRequest,
  type ImportResult,
} from "../../recovery/imports/request.ts";
import { dumpListSchema } from "../../recovery/agent/answers/dump-record.ts";
import { fetchedDumpsSchema } from "../../recovery/dumps/fetch-request.ts";
import { size } from "../../recovery/host/log.ts";
import { terminalProgress } from "../../workstation/progress.ts";
import { askAgent } from "../agent/agent.ts";
import { importAnswer, importPlanAnswer, type ImportPlanAnswer } from "../answers/import-answer.ts";
import { printAnswer } from "../answers/print-answer.ts";
import { runOperatorCommand } from "../command-line.ts";
import { isYes, terminalQuestion } from "../deploy/agree.ts";
import { withOperationLock } from "../deploy/operation-lock.ts";
import { chooseDumps, dumpsAsked } from "../imports/choose-dumps.ts";
import { describeSource, readFiles, type ReadFiles } from "../imports/read-files.ts";
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
  const taking = { rename, withoutUsers: options.withoutUsers === true };
  const progress = terminalProgress();
  const asked = dumpsAsked(options.from);
  const given =
    asked === null
      ? await givenFiles(options, taking, progress)
      : await givenDumps(host, { ...asked, only: options.store ?? [], taking }, progress);
  let begun = false;
  try {
    const plan = await planFor(host, given.read, given.name);
    if (options.plan === true || options.json !== true) {
      if (options.plan === true && options.json === true) printAnswer(importPlanAnswer, plan);
      else process.stdout.write(`${renderImportPlan(plan)}\n`);
    }
    if (options.plan === true) return exitCodes.ok;
    await agreeTo(options);
    begun = true;
    const result = await withOperationLock(target.ssh, "import", () => importFiles(host, given, progress));
    if (options.json === true) printAnswer(importAnswer, { from: given.name, ...result });
    else process.stdout.write(`\n${renderImport(result)}\n`);
    return result.after === null ? exitCodes.verifyFailed : exitCodes.ok;
  } finally {
    // What is on the host is its import's from then on, whatever becomes of the connection.
    if (given.placed === null || !begun) await given.close();
  }
});

/** What is imported. */
interface Given {
  /** Where from, for people. */
  readonly name: string;
  readonly read: ReadFiles;
  /** The folder on the host that has the files already; null where they are on this machine. */
  readonly placed: { readonly id: string; readonly folder: string } | null;
  close(): Promise<void>;
}

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

/** Dumps of the stack's own: the host fetches and reads them, and nothing of them comes to this machine. */
async function givenDumps(
  host: SshHost,
  {
    id,
    only,
    taking,
  }: { readonly id: string | null; readonly only: readonly string[]; readonly taking: Taking },
  progress: ReturnType<typeof terminalProgress>,
): Promise<Given> {
  const list = await askAgent(host, {
    argv: ["dumps", "--offsite"],
    schema: dumpListSchema,
    timeoutMs: planLimitMs,
  });
  const dumps = chooseDumps(list, { id, only });
  const folderId = newImportId();
  const folder = await prepareFolder(
    host,
    folderId,
    dumps.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
  );
  const close = (): Promise<void> => removeFolder(host, folder);
  try {
    const { sources } = await progress.step("fetch dumps", async (tell) => {
      tell(dumps.map((dump) => dump.id).join(", "));
      return askAgent(host, {
        argv: ["fetch-dumps"],
        schema: fetchedDumpsSchema,
        stdin: JSON.stringify({ id: folderId, dumps: dumps.map((dump) => dump.id), ...taking }),
        timeoutMs: importLimitMs,
      });
    });
    const files = sources.map((source, index) =>
      describeSource(source, { path: dumps[index]?.id ?? source.name }, 0),
    );
    const read = { sources, paths: [], files, notTaken: [] };
    return { name: "the stack's own dumps", read, placed: { id: folderId, folder }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function newImportId(): string {
  return `import-${randomBytes(6).toString("hex")}`;
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
  { read: { sources, paths }, placed }: Given,
  progress: ReturnType<typeof terminalProgress>,
): Promise<ImportResult> {
  const id = placed?.id ?? newImportId();
  const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
  const folder = placed?.folder ?? (await prepareFolder(host, id, bytes));
  try {
    for (const [index, source] of placed === null ? sources.entries() : [])
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
