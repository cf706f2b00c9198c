import { undoneBy } from "../../restore/plan/restore-plan.ts";
import { readFile, statfs } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import { lineageSchema, type Lineage } from "../../lineage/head.ts";
import type {
  Findings,
  FoundHead,
  FoundPoint,
  FoundRepository,
  FoundStore,
  LastRestore,
} from "../../restore/plan/findings.ts";
import { loadJournal } from "../../restore/journal/journal-file.ts";
import type { RestoreJournal } from "../../restore/journal/journal.ts";
import type { RestoreRequest } from "../../restore/plan/request.ts";
import { pointsOf, type Point } from "../../point/points.ts";
import { restoreReportSchema } from "../../restore/report/report.ts";
import type { AgentContext } from "../context.ts";
import { CommandError } from "../../host/host-port.ts";
import { readSeen } from "../measure/watch-deployments.ts";
import { dataApplications } from "../data-applications.ts";
import { offsitePoints } from "../offsite-points.ts";
import { listReplaced } from "./replaced-folder.ts";
import { LocalFiles } from "./restore-files.ts";

/** Gathers everything that a restore is decided on. Looks only: nothing is changed, and what cannot be had is said, not thrown. */
export async function findRestore(
  context: AgentContext,
  request: RestoreRequest,
  restoreRunning: boolean,
): Promise<Findings> {
  const { config, host, docker } = context;
  const [head, local, offsite] = await Promise.all([
    findHead(context),
    request.from === "offsite" ? notAsked : findPoints(async () => pointsOf(await context.local.snapshots())),
    request.from === "local" ? notAsked : findPoints(() => offsitePoints(context)),
  ]);
  const stores = await Promise.all(
    context.stores.map(async ({ name }) => ({
      name,
      declared: (await docker.inspectService(name)) !== null,
      running: (await docker.containersOf(name)).length > 0,
    })),
  );
  const applications = await Promise.all(
    config.applications.map(async ({ name }) => ({
      name,
      declared: (await docker.inspectService(name)) !== null,
    })),
  );
  const space = await statfs(layout.dataRoot);
  const prefix = config.offsite.prefix === "" ? "" : `/${config.offsite.prefix}`;
  return {
    stack: config.stack,
    host: context.machineId,
    now: host.now(),
    offsiteName: `s3://${config.offsite.bucket}${prefix}`,
    head,
    root: readRoot(await host.readFile(layout.lineage)),
    local,
    offsite,
    stores: [
      ...stores,
      ...dataApplications(config).map(({ name }): FoundStore => {
        return { name, declared: true, running: false, filesOnly: true };
      }),
    ],
    off: config.off,
    applications,
    freeBytes: space.bavail * space.bsize,
    replaced: await replacedOrNone(),
    directories: Object.fromEntries(context.stores.map(({ name, data }) => [name, Object.values(data)])),
    movedAside: await findMovedAside(context),
    liveBytes: await findLiveBytes(context, request),
    deployments: (await readSeen(host)).deployments.map(({ number, service, began }) => ({
      number,
      service,
      began,
    })),
    restoreRunning,
    journal: await findJournal(context, request),
    discarded: await findDiscarded(context, request),
    last: await findLastRestore(undefined, request.service),
  };
}

/** It only explains a lack of space: what cannot be listed must not keep a restore from being planned. */
async function replacedOrNone(): Promise<Findings["replaced"]> {
  try {
    return await listReplaced();
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

const notAsked: FoundRepository = { state: "missing" };

/** An unreadable lineage file is an error: taking it for "without a lineage" would replace live data without a word. */
function readRoot(text: string | null): Lineage | null {
  if (text === null) return null;
  try {
    return lineageSchema.parse(JSON.parse(text));
  } catch (error) {
    const sentence = `${layout.lineage}: expected {lineage, generation, host}, got something else. Compare with the bucket's head record and put it right; do not remove it.`;
    throw new RecoveryError(exitCodes.failed, sentence, { cause: error });
  }
}

async function findHead(context: AgentContext): Promise<FoundHead> {
  try {
    const stored = await (await context.head()).read();
    return stored === null ? { state: "none" } : { state: "ok", head: stored.head, etag: stored.etag };
  } catch (error) {
    return { state: "unreachable", why: sentenceOf(error) };
  }
}

async function findPoints(ask: () => Promise<readonly Point[]>): Promise<FoundRepository> {
  try {
    const points = (await ask()).map(
      ({ id, instant, sequence, lineage, generation, snapshot, stores, bytes }): FoundPoint => {
        return { id, instant, sequence, lineage, generation, snapshot, stores, bytes };
      },
    );
    return { state: "ok", points };
  } catch (error) {
    const code = error instanceof RecoveryError ? error.exitCode : exitCodes.failed;
    if (code === exitCodes.noRepository) return { state: "missing" };
    if (code === exitCodes.wrongPassword) return { state: "wrong-password" };
    return { state: "unreachable", why: sentenceOf(error) };
  }
}

/** So long may it take to measure the store that is replaced. */
const measureLimitMs = 5_000;

/** Null when it takes too long: it is only said. */
async function findLiveBytes({ stores }: AgentContext, { service }: RestoreRequest): Promise<number | null> {
  const directories = Object.values(stores.find(({ name }) => name === service)?.data ?? {});
  if (directories.length === 0) return null;
  const files = new LocalFiles();
  try {
    const each = directories.map((name) => files.usedBytes(join(layout.live, name), measureLimitMs));
    return (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

/** The directories of this platform's stores in the folders of what restores have replaced; its marks are none. */
async function findMovedAside({ stores }: AgentContext): Promise<Findings["movedAside"]> {
  const files = new LocalFiles();
  const known = new Set(stores.flatMap(({ data }) => Object.values(data)));
  const moved = (await files.list(layout.replaced)).map(async (id) => ({
    id,
    directories: (await files.list(join(layout.replaced, id))).filter((name) => known.has(name)),
  }));
  return Promise.all(moved);
}

/** A journal that cannot be read is what `--from-scratch` is for. */
async function findDiscarded({ host }: AgentContext, request: RestoreRequest): Promise<string | null> {
  if (!request.fromScratch) return null;
  try {
    const journal = await loadJournal({ host, paths: layout });
    return journal === null || journal.finishedAt !== null ? null : (journal.plan.service?.name ?? null);
  } catch (error) {
    if (error instanceof RecoveryError) return null;
    throw error;
  }
}

async function findJournal({ host }: AgentContext, request: RestoreRequest): Promise<RestoreJournal | null> {
  if (request.fromScratch) return null;
  return await loadJournal({ host, paths: layout });
}

/** Without what killed writes left, and none when something else lies in the folder's place. */
async function reportsIn(folder: string): Promise<readonly string[]> {
  try {
    return (await new LocalFiles().list(folder)).filter((name) => name.endsWith(".json"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [];
    throw error;
  }
}

/** Null for what is no JSON, or no file: what a killed run left there must not keep a restore from being planned. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && "code" in error)) return null;
    throw error;
  }
}

/**
 * The durations of the newest restore that succeeded on this host; null when there is none, or none that can be read.
 * @param service of this store; of the whole platform when null
 */
export async function findLastRestore(
  folder: string = join(layout.agentState, "reports"),
  service: string | null = null,
): Promise<LastRestore | null> {
  const names = await reportsIn(folder);
  for (const name of [...names].reverse()) {
    const report = restoreReportSchema.safeParse(await readJson(join(folder, name)));
    if (!report.success || report.data.verdict !== "restored") continue;
    if ((report.data.service?.name ?? null) !== service || undoneBy(report.data) !== null) continue;
    const { phases, point } = report.data;
    const fetch = phases.find((phase) => phase.name === "fetch");
    const { bytes, seconds: took } = fetch ?? { bytes: null, seconds: null };
    const rate = bytes !== null && took !== null && took > 0 ? bytes / took : null;
    return {
      seconds: Object.fromEntries(
        phases.flatMap(({ name, state, seconds }) =>
          state === "done" && seconds !== null ? [[name, seconds]] : [],
        ),
      ),
      bytesPerSecond: rate === null ? {} : { [point.from]: rate },
    };
  }
  return null;
}
