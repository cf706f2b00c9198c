import {
  drillEntryName,
  drillEntrySchema,
  sequenceIn,
  signedEntrySchema,
  totalScenarios,
  type DrillOutcome,
} from "../../contract/drill-history.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";
import { type Sample, writeMetrics } from "../metrics/metrics.ts";
import type { Bucket } from "../lineage/bucket.ts";
import { drillStateSchema, type DrillState } from "./answers/drill-state.ts";
import type { AgentContext } from "./context.ts";

const file = `${layout.agentState}/drills.json`;
const folder = `${bucketLayout.drills}/`;

type Asking = Pick<AgentContext, "host" | "log">;

/**
 * Looks at the history of drills in the bucket, where operators append to it, and tells monitoring. Only entries that are new are read:
 * each is written once. An entry that cannot be understood, or that is of a time to come, counts as none, and is logged.
 * @returns null when no drill was ever recorded
 */
export async function watchDrills(context: Asking, bucket: Bucket): Promise<DrillState | null> {
  const { host, log } = context;
  const numbers = (await bucket.list(folder)).flatMap(
    ({ key }) => sequenceIn(key.slice(folder.length)) ?? [],
  );
  const newest = Math.max(0, ...numbers);
  let known = await drillState(context);
  if (known !== null && known.sequence > newest) {
    log.line(`${folder}: entry ${known.sequence} of the history of drills is gone`);
    known = null;
  }
  const since = known?.sequence ?? 0;
  let state = known;
  for (const sequence of numbers.filter((one) => one > since).sort((a, b) => a - b)) {
    const outcome = await readOutcome(bucket, sequence);
    if (outcome === null || Date.parse(outcome.finishedAt) > host.now().getTime() + clockToleranceMs) {
      log.line(
        `${folder}${drillEntryName(sequence)} in the bucket cannot be understood, or is of a time to come: it counts as no drill`,
      );
      continue;
    }
    state = add(state, sequence, outcome);
  }
  if (state === null) await host.removeFile(file);
  else await host.writeFile(file, `${JSON.stringify(state)}\n`, 0o600);
  await writeMetrics(host, layout.metrics, "drills", samples(state));
  return state;
}

/** As the last shipping found it; null when no drill was recorded, or nobody has looked yet. */
export async function drillState({ host }: Pick<AgentContext, "host">): Promise<DrillState | null> {
  const text = await host.readFile(file);
  return text === null ? null : drillStateSchema.parse(JSON.parse(text));
}

const clockToleranceMs = 3_600_000;

function add(state: DrillState | null, sequence: number, outcome: DrillOutcome): DrillState {
  const { finishedAt, scenario, success, rto } = outcome;
  const counts = success && totalScenarios.includes(scenario);
  return {
    sequence,
    last: { finishedAt, scenario, success, rtoSeconds: rto.seconds },
    lastSuccessAt: counts ? finishedAt : (state?.lastSuccessAt ?? null),
  };
}

async function readOutcome(bucket: Bucket, sequence: number): Promise<DrillOutcome | null> {
  const stored = await bucket.get(`${folder}${drillEntryName(sequence)}`);
  const signed = signedEntrySchema.safeParse(json(stored?.body ?? ""));
  const entry = signed.success ? drillEntrySchema.safeParse(json(signed.data.entry)) : null;
  return entry?.success === true ? entry.data.record : null;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON fits no schema: the caller says so.
    return undefined;
  }
}

function samples(state: DrillState | null): readonly Sample[] {
  const sample = (name: string, help: string, value: number | null): Sample => ({
    name: `kaleem_drill_${name}`,
    help,
    labels: {},
    value,
  });
  const at = (iso: string | null | undefined): number | null =>
    iso === null || iso === undefined ? null : Date.parse(iso) / 1000;
  return [
    sample(
      "last_success_timestamp_seconds",
      "When a drill of a total loss last succeeded; absent when none did.",
      at(state?.lastSuccessAt),
    ),
    sample(
      "last_timestamp_seconds",
      "When the last drill ended; absent when there was none.",
      at(state?.last.finishedAt),
    ),
    sample(
      "last_rto_seconds",
      "What the last drill took to serve customers again, without what people took; absent when it did not.",
      state?.last.rtoSeconds ?? null,
    ),
  ];
}
