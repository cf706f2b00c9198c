import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { dueDumps } from "../../dumps/due-dumps.ts";
import { failureOfDumps, takeDumps, type DumpEnd } from "../../dumps/take-dumps.ts";
import { size } from "../../host/log.ts";
import { readRecord } from "../../host/read-record.ts";
import { readIdentity } from "../../lineage/identity.ts";
import { writeMetrics, type Sample } from "../../metrics/metrics.ts";
import { putOff, watchForOthers } from "../../proof/giving-way.ts";
import {
  dumpRecord,
  dumpStatesSchema,
  type DumpResult,
  type DumpStates,
  type TakenDump,
} from "../answers/dump-record.ts";
import type { AgentContext } from "../context.ts";
import { dumpSources } from "../dumps/dump-sources.ts";
import { takeDump } from "../dumps/take-dump.ts";
import { recordedRun } from "../recorded-run.ts";

const statesPath = `${layout.agentState}/dumps.json`;
/** A point is done with the repository within minutes; so is maintenance, which gives way. */
const turnMs = 280_000;

/**
 * `kaleem-agent take-dumps [STORE...]`: dumps these into the local repository, one after the other, or everything. `--if-due`: what the schedule
 * says. One that cannot be dumped keeps no other.
 */
export async function takeDumpsCommand(context: AgentContext, args: readonly string[]): Promise<DumpResult> {
  const ifDue = args.length === 1 && args[0] === "--if-due";
  const known = dumpSources(context).map(({ name }) => name);
  const unknown = ifDue ? [] : args.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new RecoveryError(
      exitCodes.usage,
      `take-dumps: expected --if-due, or some of ${known.join(", ")}, got "${args.join(" ")}".`,
    );
  return recordedRun(context, {
    job: "dump",
    schema: dumpRecord,
    run: async () => {
      const wanted = ifDue ? await due(context, known) : args.length > 0 ? args : known;
      return { taken: wanted.length === 0 ? [] : await takeAlone(context, wanted) };
    },
    describe: ({ taken }) =>
      taken.length === 0
        ? "nothing was due"
        : taken.map(({ source, bytes, seconds }) => `${source}: ${size(bytes)} in ${seconds} s`).join("; "),
    samples: () => [],
  });
}

/** How each thing's dumps ended; nothing of what was never dumped. */
export async function readDumpStates({ host }: Pick<AgentContext, "host">): Promise<DumpStates> {
  return (await readRecord(host, statesPath, dumpStatesSchema)) ?? {};
}

async function due(context: AgentContext, known: readonly string[]): Promise<readonly string[]> {
  const states = await readDumpStates(context);
  const lastGood = Object.fromEntries(
    Object.entries(states).map(([source, { good }]) => [source, good?.instant]),
  );
  const times = Object.entries(context.config.dumps ?? {}).filter(([source]) => known.includes(source));
  return dueDumps(Object.fromEntries(times), lastGood, context.host.now());
}

async function takeAlone(context: AgentContext, wanted: readonly string[]): Promise<TakenDump[]> {
  const { host, locks, log, machineId, interrupted } = context;
  const { founded } = await readIdentity(host, layout.lineage, machineId);
  if (founded === null)
    throw putOff("dump", "this data root has no lineage, so what is here is not the platform's data yet");
  const lock = await locks.acquire("dumps");
  const watch = watchForOthers("dump", async () =>
    (await locks.taken("restore")) ? "a restore or an import is at work" : null,
  );
  const signal = AbortSignal.any([watch.signal, interrupted]);
  try {
    if (await locks.taken("restore")) throw putOff("dump", "a restore or an import is at work");
    const sources = new Map(dumpSources(context).map((source) => [source.name, source]));
    const take = async (name: string): Promise<TakenDump> => {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`there is nothing called ${name} to dump`);
      // After a point that is being taken, not beside its copy.
      await (await locks.acquire("repository", turnMs)).release();
      const tools = { context, lineage: founded.lineage, signal, folder: layout.dumpOutcomes };
      return log.phase(
        `dump ${name}`,
        () => takeDump(source, tools),
        ({ bytes, bytesAdded }) => `${size(bytes)}, ${size(bytesAdded)} new`,
      );
    };
    const ends = await takeDumps(wanted, take, (end) => keep(context, end), signal);
    const failure = failureOfDumps(ends);
    if (failure !== null) throw failure;
    return ends.flatMap((end) => ("taken" in end ? [end.taken] : []));
  } finally {
    watch.stop();
    await lock.release();
  }
}

async function keep(context: AgentContext, end: DumpEnd<TakenDump>): Promise<void> {
  const { host, log } = context;
  const states = await readDumpStates(context);
  const good = states[end.source]?.good ?? null;
  if ("message" in end) log.line(`${end.source}: no dump: ${end.message}`);
  states[end.source] =
    "taken" in end
      ? { good: end.taken, failed: null }
      : { good, failed: { at: host.now().toISOString(), exitCode: end.exitCode, message: end.message } };
  await host.writeFile(statesPath, `${JSON.stringify(states, null, 2)}\n`, 0o644);
  await writeMetrics(host, layout.metrics, "dumps", Object.entries(states).flatMap(samplesOf));
}

function samplesOf([source, { good, failed }]: [string, DumpStates[string]]): readonly Sample[] {
  const labels = { store: source };
  return [
    {
      name: "backup_dump_ok",
      help: "Whether the last dump of this store ended well.",
      labels,
      value: failed === null ? 1 : 0,
    },
    {
      name: "backup_dump_timestamp_seconds",
      help: "When the last good dump was begun.",
      labels,
      value: good === null ? null : Date.parse(good.instant) / 1000,
    },
    { name: "backup_dump_bytes", help: "Size of the last good dump.", labels, value: good?.bytes ?? null },
    {
      name: "backup_dump_bytes_added",
      help: "What of the last good dump the repository did not have.",
      labels,
      value: good?.bytesAdded ?? null,
    },
    {
      name: "backup_dump_seconds",
      help: "How long the last good dump took.",
      labels,
      value: good?.seconds ?? null,
    },
  ];
}
