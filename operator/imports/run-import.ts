import { randomBytes } from "node:crypto";
import type { PortableSource } from "../../catalog/portable/portable.ts";
import type { Taking } from "../../catalog/portable/read-portable.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { type DumpList, dumpListSchema } from "../../recovery/agent/answers/dump-record.ts";
import { fetchedDumpsSchema } from "../../recovery/dumps/fetch-request.ts";
import { size } from "../../recovery/host/log.ts";
import {
  importPlanSchema,
  importResultSchema,
  type ImportRequest,
  type ImportResult,
} from "../../recovery/imports/request.ts";
import type { Progress } from "../../workstation/progress.ts";
import { askAgent } from "../agent/agent.ts";
import type { ImportPlanAnswer } from "../answers/import-answer.ts";
import { SshError } from "../ssh/ssh-error.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { describeSource, type ReadFiles } from "./read-files.ts";
import { prepareFolder, removeFolder, upload } from "./upload.ts";

const planLimitMs = 900_000;
const importLimitMs = 48 * 3_600_000;

/** What is imported, and where it lies. */
export interface Given {
  /** Where from, for people. */
  readonly name: string;
  readonly read: ReadFiles;
  /** The folder on the host that has the files already; null where they are on this machine. */
  readonly placed: { readonly id: string; readonly folder: string } | null;
  close(): Promise<void>;
}

/** How dumps are taken; `only` of one dump. */
export interface TakingDumps extends Taking {
  readonly only?: readonly string[];
}

/** What dumps there are, newest first. Off-site is asked only when it is wanted: it costs seconds. */
export function listDumps(host: SshHost, withOffsite: boolean): Promise<DumpList> {
  const argv = ["dumps", ...(withOffsite ? ["--offsite"] : [])];
  return askAgent(host, { argv, schema: dumpListSchema, timeoutMs: planLimitMs });
}

/** Dumps of the stack's own: the host fetches and reads them, and nothing of them comes to this machine. */
export async function givenDumps(
  host: SshHost,
  dumps: DumpList["dumps"],
  { only, ...taking }: TakingDumps,
  progress: Progress,
): Promise<Given> {
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
        stdin: JSON.stringify({
          ...{ id: folderId, dumps: dumps.map((dump) => dump.id), ...taking },
          ...(only === undefined ? {} : { only }),
        }),
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

/** @throws RecoveryError `usage` with every reason why nothing can be imported */
export async function planFor(
  host: SshHost,
  { read, name }: Pick<Given, "read" | "name">,
): Promise<ImportPlanAnswer> {
  const plan = await askAgent(host, {
    argv: ["import"],
    schema: importPlanSchema,
    stdin: JSON.stringify(requestOf("plan", true, read.sources)),
    timeoutMs: planLimitMs,
  });
  if (plan.refusals.length > 0)
    throw new RecoveryError(exitCodes.usage, `${plan.refusals.join("\n")}\nNothing was imported.`);
  return { from: name, files: [...read.files], notTaken: [...read.notTaken], ...plan };
}

function requestOf(id: string, planOnly: boolean, sources: readonly PortableSource[]): ImportRequest {
  return { id, planOnly, sources: [...sources] };
}

/** Brings the files to the host where they are not there, and has the agent import them. */
export async function importFiles(
  host: SshHost,
  { read: { sources, paths }, placed }: Given,
  progress: Progress,
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
