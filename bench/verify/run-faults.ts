import type { StatefulDefinition } from "../../catalog/definition.ts";
import type { Without } from "../../drill/faults/checks.ts";
import { harmless } from "../../drill/faults/harmless.ts";
import { Random } from "../../drill/faults/random.ts";
import { allFaults, type KnownFault } from "../../drill/faults/registry.ts";
import { judgeFault } from "../../drill/faults/verdict.ts";
import type { Base } from "./base.ts";
import { underFault } from "./bucket-state.ts";
import { recoverOnce, type Recovery } from "./recover-once.ts";
import type { PlannedRun, RunResult } from "./runs.ts";

/** What is started where nothing else is asked for: the store that is up first. */
const usualStore = "redis";

/** Makes one run and judges it. */
export async function runOnce(base: Base, run: PlannedRun): Promise<RunResult> {
  const began = performance.now();
  const without: Without = new Set(run.without === null ? [] : [run.without]);
  const known = allFaults.find(({ fault }) => fault.name === run.name);
  const { said, byItself } = await recoverFrom(base, run, known, without);
  const judged = judgeFault(known?.fault.named ?? [], said, without);
  return {
    ...run,
    family: known?.family ?? (run.name === "untouched" ? "untouched" : "harmless"),
    cause: known?.fault.cause ?? null,
    check: known?.fault.check ?? null,
    outcome: judged.outcome,
    said: judged.said.map(({ sentence }) => sentence),
    by: [...new Set(judged.said.flatMap(({ checks }) => checks))],
    byItself: byItself.length,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
}

async function recoverFrom(
  base: Base,
  { name, seed }: PlannedRun,
  known: KnownFault | undefined,
  without: Without,
): ReturnType<typeof recoverOnce> {
  const nothing = (): Promise<void> => Promise.resolve();
  const plain: Recovery = {
    stores: [storeOf(base, usualStore)],
    fetched: nothing,
    trouble: {},
    changeStores: nothing,
    without,
  };
  const random = new Random(seed);
  if (known === undefined) {
    const made = harmless.find((one) => one.name === name);
    if (made === undefined) return recoverOnce(base, { ...plain, stores: base.host.stores });
    return inBucket(base, (bucket) => made.change(bucket, base.facts, random), { ...plain, fetched: null });
  }
  switch (known.site) {
    case "store": {
      const store = storeOf(base, known.family);
      const changeStores = (): Promise<void> => base.stores.change(store, name, seed);
      return recoverOnce(base, { ...plain, stores: [store], changeStores });
    }
    case "files":
      return recoverOnce(base, { ...plain, fetched: (point) => known.fault.change(point, random) });
    case "bucket":
      return inBucket(base, (bucket) => known.fault.change(bucket, base.facts, random), {
        ...plain,
        fetched: null,
      });
    case "host": {
      const { trouble, change } = known.fault;
      return inBucket(base, async (bucket) => change?.(bucket, base.facts, random), {
        ...plain,
        fetched: null,
        trouble,
      });
    }
    default:
      return known satisfies never;
  }
}

/** Changes the bucket, recovers, and puts the bucket back whatever happens. */
async function inBucket(
  base: Base,
  change: (bucket: ReturnType<typeof underFault>) => Promise<unknown>,
  work: Recovery,
): ReturnType<typeof recoverOnce> {
  try {
    await change(underFault(base.bucket.bucket));
    return await recoverOnce(base, work);
  } finally {
    await base.bucket.putBack();
  }
}

function storeOf(base: Base, name: string): StatefulDefinition {
  const found = base.host.stores.find((store) => store.name === name);
  if (found === undefined) throw new Error(`the base of this bench has no ${name}`);
  return found;
}
