import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StatefulDefinition } from "../../catalog/definition.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { layout } from "../../contract/layout.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { silence, type Said, type Without } from "../../drill/faults/checks.ts";
import type { FetchedPoint, HostTrouble } from "../../drill/faults/fault.ts";
import { say, saidOfChecks, saidOfManifest, saidOfRefusals } from "../../drill/faults/verdict.ts";
import type { AgentContext } from "../../recovery/agent/context.ts";
import { findRestore } from "../../recovery/agent/restore/restore-findings.ts";
import { restorePorts } from "../../recovery/agent/restore/restore-ports.ts";
import { runProgram } from "../../recovery/host/run-program.ts";
import {
  filesDirectory,
  manifestFile,
  manifestSchema,
  type Manifest,
} from "../../recovery/point/manifest.ts";
import type { RestoreMemory } from "../../recovery/restore/journal/journal.ts";
import { fetchPoint, incomingOf } from "../../recovery/restore/phases/fetch.ts";
import type { PhaseContext } from "../../recovery/restore/phases/phase.ts";
import type { FetchPort } from "../../recovery/restore/phases/ports.ts";
import type { Check } from "../../recovery/restore/verify/check.ts";
import { verifyRestore } from "../../recovery/restore/phases/verify.ts";
import type { Findings } from "../../recovery/restore/plan/findings.ts";
import { planRestore } from "../../recovery/restore/plan/plan.ts";
import type { RestorePlan } from "../../recovery/restore/plan/restore-plan.ts";
import { latestOffsite, loseHost, makeDirectories, type Base } from "./base.ts";
import { benchContext, type BenchHost } from "./context.ts";

/** One recovery on an empty machine. */
export interface Recovery {
  /** Those of its stores that are started and looked at; all are fetched. */
  readonly stores: readonly StatefulDefinition[];
  /** Null fetches from the bucket; else a clone of what the base fetched is taken, and changed by this. */
  readonly fetched: ((point: FetchedPoint) => Promise<unknown>) | null;
  readonly trouble: HostTrouble;
  /** Once the stores run, before they are looked at. */
  readonly changeStores: () => Promise<unknown>;
  readonly without: Without;
}

/** What a recovery came to. */
export interface Recovered {
  readonly said: readonly Said[];
  /** What had gone, or come, by itself and was due to: said, and nothing against a point. */
  readonly byItself: readonly string[];
}

/** Nothing of a point is older than this by a promise. */
const oldestMs = 3_600_000;
/** Where the stores that came back lie. */
const restored = join(layout.dataRoot, "restored");

/**
 * Recovers once and says all that the verdict says. It ends where a recovery would end; what is switched off does not end it.
 * Everything but the taking of containers is the agent's own code: findings, plan, fetch, verification.
 */
export async function recoverOnce(base: Base, work: Recovery): Promise<Recovered> {
  await loseHost();
  await rm(restored, { recursive: true, force: true });
  const context = await benchContext(troubled(base.host, work.trouble));
  const said: Said[] = [];
  try {
    return { said, byItself: await recover(base, work, context, said) };
  } finally {
    for (const { name } of work.stores) await base.stores.stop(name);
  }
}

/** Adds what is said to `said`. @returns what had gone by itself */
async function recover(
  base: Base,
  work: Recovery,
  context: AgentContext,
  said: Said[],
): Promise<readonly string[]> {
  const ended = (): boolean => silence(said, work.without).length > 0;
  await mkdir(layout.incoming, { recursive: true });
  const plan = work.fetched === null ? await decide(base, work.trouble, context, said) : base.plan;
  if (plan === null || ended()) return [];
  const ports = restorePorts(context);
  const memory: RestoreMemory = {};
  const phase: PhaseContext = {
    plan,
    ports: {
      ...ports,
      ...(work.fetched === null ? {} : { repository: cloned(base, plan, work.fetched, ports.repository) }),
    },
    memory,
    asked: { accept: [], withoutProof: work.trouble.withoutProof === true },
    remember: (facts) => Object.assign(memory, facts),
    progress: () => undefined,
  };
  said.push(...(await fetch(phase)));
  if (ended()) return [];
  const point = join(incomingOf(phase), ports.repository.inside);
  const manifest = await manifestOf(point);
  if (manifest === null) return [];
  const only = work.stores.map(({ name }) => name);
  memory.manifest = { ...manifest, stores: ofThese(manifest, only) };
  memory.directories ??= measured(manifest);
  said.push(...(await start(base, work, point)));
  if (ended() || said.some(({ checks }) => checks.includes("start"))) return [];
  await work.changeStores();
  if (work.trouble.storeGone === true) for (const store of only) await base.stores.stop(store);
  const restoredStores = phase.ports.stores.filter(({ name }) => only.includes(name));
  const checks = await verify({ ...phase, ports: { ...phase.ports, stores: restoredStores } }, memory);
  said.push(...saidOfChecks(checks));
  return checks.flatMap(({ name, sentence }) => (name === "by itself" ? [sentence] : []));
}

function troubled(host: BenchHost, trouble: HostTrouble): BenchHost {
  const { resticPassword, secretAccessKey, bucket, deadEndpoint, laterMs } = trouble;
  return {
    ...host,
    ...(resticPassword === undefined ? {} : { resticPassword }),
    ...(secretAccessKey === undefined ? {} : { credentials: { ...host.credentials, secretAccessKey } }),
    ...(laterMs === undefined ? {} : { aheadMs: laterMs }),
    location: {
      ...host.location,
      ...(bucket === undefined ? {} : { bucket }),
      // Port 9 is for discarding, and nobody listens there.
      ...(deadEndpoint === true ? { endpoint: "http://127.0.0.1:9" } : {}),
    },
  };
}

/** The plan, and what there is to say against it. */
async function decide(
  base: Base,
  { laterMs = 0 }: HostTrouble,
  context: AgentContext,
  said: Said[],
): Promise<RestorePlan | null> {
  let found: Findings;
  try {
    found = await findRestore(context, latestOffsite, false);
  } catch (error) {
    said.push(say(["plan"], `plan: ${sentenceOf(error)}`));
    return null;
  }
  const planned = planRestore(found, latestOffsite);
  if (Array.isArray(planned)) {
    said.push(...saidOfRefusals(planned));
    return null;
  }
  const { id, instant } = planned.point;
  const { newest } = base.facts;
  if (id !== newest)
    said.push(say(["newest point"], `newest point: ${newest} was shipped last, ${id} would be restored`));
  const ageMs = base.madeAtMs + laterMs - Date.parse(instant);
  if (ageMs > oldestMs)
    said.push(
      say(
        ["age"],
        `age: the newest point is ${Math.round(ageMs / 60_000)} min old, ${oldestMs / 60_000} are allowed`,
      ),
    );
  return planned;
}

/** A clone of what was fetched once, changed, in place of another fetch. */
function cloned(
  base: Base,
  plan: RestorePlan,
  change: (point: FetchedPoint) => Promise<unknown>,
  real: FetchPort,
): FetchPort {
  const folder = join(layout.incoming, plan.id, real.inside);
  return {
    inside: real.inside,
    async manifest() {
      await mkdir(join(folder, ".."), { recursive: true });
      await runProgram(["cp", "--archive", "--reflink=always", "--", base.fetched, folder]);
      await change({ folder });
      return readIfThere(join(folder, manifestFile));
    },
    fetch: () => Promise.resolve(),
  };
}

async function fetch(phase: PhaseContext): Promise<Said[]> {
  try {
    await fetchPoint(phase);
    return [];
  } catch (error) {
    if (error instanceof RecoveryError && error.exitCode === exitCodes.pointRefused)
      return saidOfManifest(error.message);
    return [say(["fetch"], `fetch: ${sentenceOf(error)}`)];
  }
}

/** Null for one that cannot be read: there is nothing to go on with. */
async function manifestOf(point: string): Promise<Manifest | null> {
  const text = await readIfThere(join(point, manifestFile));
  try {
    return manifestSchema.safeParse(JSON.parse(text ?? "null")).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function ofThese({ stores }: Manifest, names: readonly string[]): Manifest["stores"] {
  return Object.fromEntries(Object.entries(stores).filter(([name]) => names.includes(name)));
}

/** As the manifest says: where its own check is switched off, nothing else is to find what that would have found. */
function measured({ stores }: Manifest): NonNullable<RestoreMemory["directories"]> {
  return Object.fromEntries(
    Object.values(stores).flatMap(({ directories }) =>
      Object.entries(directories).map(([name, { files, bytes }]) => [name, { files, bytes }] as const),
    ),
  );
}

/** Puts the fetched directories in their place and starts the stores on them. */
async function start(base: Base, { stores, trouble }: Recovery, point: string): Promise<Said[]> {
  await mkdir(restored, { recursive: true });
  const started = await Promise.all(
    stores.map(async (definition): Promise<Said[]> => {
      try {
        if (trouble.emptyStore === true) await makeDirectories(definition, restored);
        else
          for (const name of Object.values(definition.data))
            await rename(join(point, filesDirectory, name), join(restored, name));
        await base.stores.start(definition, restored, (store) => store.resetUsers());
        return [];
      } catch (error) {
        return [say(["start"], `start: ${sentenceOf(error)}`)];
      }
    }),
  );
  return started.flat();
}

async function verify(phase: PhaseContext, memory: RestoreMemory): Promise<readonly Check[]> {
  try {
    await verifyRestore(phase);
  } catch (error) {
    const judged =
      error instanceof RecoveryError &&
      (error.exitCode === exitCodes.verifyFailed || error.exitCode === exitCodes.verifyIncomplete);
    if (!judged) throw error;
  }
  return memory.checks ?? [];
}
