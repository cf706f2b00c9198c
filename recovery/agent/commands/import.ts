import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { PortableSource } from "../../../catalog/portable/portable.ts";
import { differencesFrom } from "../../../catalog/portable/stated.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { closePlatform, openPlatform } from "../../host/close-platform.ts";
import { executeImport, type ImportPorts } from "../../imports/execute-import.ts";
import { judgeStores, replacedBy } from "../../imports/plan-import.ts";
import {
  importRequestSchema,
  type ImportPlan,
  type ImportRequest,
  type ImportResult,
} from "../../imports/request.ts";
import { runTool } from "../../imports/run-tool.ts";
import type { AgentContext } from "../context.ts";
import { restoreState } from "../restore/restore-state.ts";
import { taskOf, withStore } from "../store-access.ts";
import { pointCommand } from "./point.ts";
import { storeSecrets } from "./store.ts";

/** A point that copies at this moment is waited for. */
const dataWaitMs = 120_000;
/** Only names and numbers are wanted of what is there. */
const namesOnly = { bytes: 1, ms: 1 };
/** Of what was imported all is counted and, as far as that goes within the time, hashed: as much again as was loaded. */
const wholeStore = { bytes: 2 ** 36, ms: 1_800_000 };
const judgeLimitMs = 120_000;
/** Loading moves what the client reads by itself; it may take as long as that takes. */
const loadLimitMs = 24 * 3_600_000;

/**
 * `kaleem-agent import`: loads files that others have written, the request given as JSON (`importRequestSchema`). Answers the plan,
 * or how it ended.
 */
export async function importCommand(
  context: AgentContext,
  given: string,
): Promise<ImportPlan | ImportResult> {
  const request = parseRequest(given);
  if (request.planOnly) return planImport(context, request);
  const restore = await context.locks.acquire("restore");
  try {
    await removeFolders((name) => name !== request.id);
    const data = await context.locks.acquire("data", dataWaitMs);
    try {
      return await executeImport(request, importPorts(context, request.id));
    } finally {
      await data.release();
      await removeFolders((name) => name === request.id);
    }
  } finally {
    await restore.release();
  }
}

/** Takes away the files of this import once it has ended, or those that a killed one has left. Only root writes there. */
async function removeFolders(which: (name: string) => boolean): Promise<void> {
  const names = await readdir(layout.imports).catch(() => []);
  for (const name of names.filter(which))
    await rm(join(layout.imports, name), { recursive: true, force: true });
}

/** The parser's own words would quote the request, which may hold hashes. @throws RecoveryError `usage` naming the wrong fields */
function parseRequest(given: string): ImportRequest {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    value = undefined;
  }
  const parsed = importRequestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".") || "(all)").join(", ");
  throw new RecoveryError(
    exitCodes.usage,
    `import: expected a request as JSON on stdin, got something else: ${fields}: run ./kaleem up, so that agent and tools are of one version.`,
  );
}

async function planImport(context: AgentContext, { sources }: ImportRequest): Promise<ImportPlan> {
  const refusals = [...(await judgeAll(context, sources))];
  const replaced: ImportPlan["replaced"] = [];
  if (refusals.length === 0)
    for (const source of sources)
      replaced.push(
        ...replacedBy(source, await withStore(context, source.store, (store) => store.inventory(namesOnly))),
      );
  return { refusals, replaced, closed: (await context.host.readFile(layout.closed)) !== null };
}

function importPorts(context: AgentContext, id: string): ImportPorts {
  const { log, host } = context;
  const fileOf = (source: PortableSource): string => join(layout.imports, id, source.store);
  return {
    checkFiles: async ({ sources }) =>
      (await Promise.all(sources.map((one) => checkFile(one, fileOf(one))))).flat(),
    judge: (sources) => judgeAll(context, sources),
    close: async () => {
      if ((await host.readFile(layout.closed)) !== null) return false;
      await log.phase("close the platform", () => closePlatform(context));
      return true;
    },
    open: async () => {
      await log.phase("open the platform", () => openPlatform(context));
    },
    takePoint: async () =>
      (await log.phase("point", () => pointCommand(context, { dataLockHeld: true }))).point,
    load: (source) => load(context, source, fileOf(source)),
    resetUsers: (store) => withStore(context, store, (open) => open.resetUsers()),
    verify: (source) =>
      withStore(context, source.store, async (store) =>
        differencesFrom(source.stated, await store.inventory(wholeStore)),
      ),
    say: (line) => log.line(line),
    now: () => performance.now(),
  };
}

/** What was read must be what is loaded. */
async function checkFile(
  { store, name, bytes, sha256 }: PortableSource,
  path: string,
): Promise<readonly string[]> {
  const found = await lstat(path).catch(() => null);
  if (found === null || !found.isFile())
    return [`${store}: ${name} did not arrive on the host: import again`];
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return found.size === bytes && hash.digest("hex") === sha256
    ? []
    : [`${store}: ${name} is not on the host as it was read: import again`];
}

async function judgeAll(
  context: AgentContext,
  sources: readonly PortableSource[],
): Promise<readonly string[]> {
  const { unfinished } = await restoreState(context);
  const refusals = [
    ...(unfinished === null
      ? []
      : [
          `Restore ${unfinished.id} is unfinished: repeat ./kaleem restore until it is done, and import then`,
        ]),
    ...judgeStores(
      sources,
      context.stores.map(({ name, recovery }) => ({
        name,
        importable: recovery.portable?.load !== undefined,
      })),
    ),
  ];
  if (refusals.length > 0) return refusals;
  const judged = await Promise.all(
    sources.map((source) =>
      withStore(context, source.store, (store) => store.judgeImport(source, judgeLimitMs)),
    ),
  );
  return judged.flat();
}

async function load(context: AgentContext, source: PortableSource, file: string): Promise<void> {
  const definition = context.stores.find(({ name }) => name === source.store);
  const by = definition?.recovery.portable?.load;
  if (definition === undefined || by === undefined) throw new Error(`no way to load ${source.store}`);
  if ("client" in by) {
    await withStore(context, source.store, (store) => store.loadImport(source, file, loadLimitMs));
    return;
  }
  const container = await taskOf(context, source.store);
  await runTool({
    container: container.id,
    call: by.tool(await storeSecrets(definition, container.pid), source),
    file,
    signal: context.interrupted,
    onLine: (line) => context.log.line(`${source.store}: ${line}`),
  });
}
