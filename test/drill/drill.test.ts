import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { drill, type DrillOptions, type MeasuredRecovery } from "../../drill/drill.ts";
import type { DrillSite } from "../../drill/drill-site.ts";
import { scenarioOf } from "../../drill/scenarios/scenarios.ts";
import { steps } from "../../drill/steps.ts";
import { Timeline } from "../../drill/timeline.ts";
import type { RestoreReport } from "../../recovery/restore/report/report.ts";
import { FakeEdge, fakeCheck } from "../recovery/business/fake-edge.ts";

let edge: FakeEdge;
let folder: string;
let done: string[];
let wholeAttack: Awaited<ReturnType<DrillSite["attackOffsite"]>>;
let damaged: { before: number; after: number };
let rolledBackTo: Date | null;

beforeEach(async () => {
  edge = await new FakeEdge().open();
  folder = await mkdtemp(join(tmpdir(), "drill-"));
  done = [];
  wholeAttack = { removed: ["lineage/head.json"], overwritten: [], held: ["restic/config"], refused: [] };
  damaged = { before: 9, after: 0 };
  rolledBackTo = null;
});
afterEach(async () => {
  await edge.close();
  await rm(folder, { recursive: true });
});

/** A site whose point is of the very moment at which it was asked for, and that loses nothing of what it promised. */
function site(isLoaded: boolean): DrillSite {
  let pointAt = new Date();
  const restored = (): RestoreReport =>
    ({
      point: { id: "P", instant: pointAt.toISOString(), stores: ["mongo"] },
      verdict: "restored",
      failure: null,
      phases: [],
      checks: [],
      spreads: { copies: null },
    }) as unknown as RestoreReport;
  const did = <T>(what: string, answer: T): Promise<T> => {
    done.push(what);
    return Promise.resolve(answer);
  };
  return {
    up: () => did("up", edge.target),
    clock: () => Promise.resolve({ offsetMs: 0, errorMs: 0 }),
    shippedPoints: () => {
      if (isLoaded && edge.orders.size < 3) return Promise.resolve([]);
      pointAt = new Date();
      return Promise.resolve([pointAt.toISOString()]);
    },
    lastWordsOnPoints: () => Promise.resolve(""),
    lose: () => did("lose", undefined),
    rebuild: () => did("rebuild", edge.target),
    closedSeen: () => Promise.resolve({ status: 503, applicationTasks: 0 }),
    restore: () => did("restore", restored()),
    attackOffsite: () => did("attack", wholeAttack),
    damage: (store) => did(`damage ${store}`, { store, ...damaged }),
    loseStore: (store) => did(`lose ${store}`, { store, ...damaged }),
    restoreStore: (store, before) => {
      rolledBackTo = before;
      return did(`restore ${store}`, restored());
    },
    rollBack: (before) => {
      rolledBackTo = before;
      return did("roll back", restored());
    },
  };
}
const run = (options: Partial<DrillOptions>) =>
  drill(site(options.check !== null), {
    stack: "drill",
    ledgerFile: join(folder, "ledger.jsonl"),
    check: fakeCheck,
    writesPerSecond: 200,
    pointsBeforeLoss: 1,
    tailMs: 0,
    ...options,
  });

describe("a drill", () => {
  it("of a total loss rebuilds on a fresh machine", async () => {
    const report = await run({});
    assert.deepEqual(report.causes, []);
    assert.deepEqual(done, ["up", "lose", "rebuild", "restore"]);
  });

  it("of a stack that declares no business check writes nothing, and is over when the edge serves", async () => {
    // What the edge is asked there is whether it serves: /api/health.
    edge.orders.set("health", { id: "health" });
    const timeline = new Timeline(() => undefined);
    const report = await run({ check: null, timeline });
    assert.deepEqual(report.causes, []);
    assert.deepEqual([report.writes, report.reads], [null, []]);
    assert.deepEqual([...edge.orders.keys()], ["health"]);
    assert.deepEqual(
      timeline.steps.map(({ name }) => name),
      [steps.up, steps.noLoad, steps.lost, steps.rebuild, steps.closed, steps.restore, steps.serves],
    );
    assert.notEqual(report.rtoSeconds, null);
  });

  it("of ransomware attacks the bucket before the machine is lost, and fails where the lock did not hold", async () => {
    const scenario = scenarioOf("ransomware");
    assert.deepEqual((await run({ scenario })).causes, []);
    assert.deepEqual(done, ["up", "attack", "lose", "rebuild", "restore"]);
    await rm(join(folder, "ledger.jsonl"));
    wholeAttack = { removed: ["restic/data/ab"], overwritten: [], held: ["restic/config"], refused: [] };
    assert.deepEqual((await run({ scenario })).causes, [
      "the bucket's lock did not hold restic/data/ab: removed with the host's keys",
    ]);
  });

  it("of one store loses it with its directories and brings it back alone; a loss of nothing fails", async () => {
    const scenario = scenarioOf("one-service");
    const began = Date.now();
    assert.deepEqual((await run({ scenario })).causes, []);
    assert.deepEqual(done, ["up", "lose mongo", "restore mongo"]);
    assert.ok(
      rolledBackTo !== null && rolledBackTo.getTime() >= began && rolledBackTo.getTime() <= Date.now(),
    );
    await rm(join(folder, "ledger.jsonl"));
    damaged = { before: 0, after: 0 };
    const { causes } = await run({ scenario });
    assert.deepEqual(causes, ["mongo held nothing before it was damaged: nothing was proven"]);
  });

  it("of a bad migration destroys a store's data and goes back to before, on the same machine", async () => {
    const seen: MeasuredRecovery[] = [];
    const onMeasured = (measured: MeasuredRecovery): void => {
      seen.push(measured);
    };
    const report = await run({ scenario: scenarioOf("bad-migration"), onMeasured });
    assert.deepEqual(report.causes, []);
    assert.deepEqual(done, ["up", "damage redis", "roll back"]);
    assert.deepEqual(rolledBackTo, seen[0]?.lostAt);
    assert.equal(seen[0]?.restoreStep, steps.rollBack);
  });

  it("whose damage destroyed nothing has proven nothing", async () => {
    damaged = { before: 9, after: 9 };
    const { causes } = await run({ scenario: scenarioOf("operator-error") });
    assert.deepEqual(causes, ["minio holds as much as before it was damaged: nothing was proven"]);
  });

  it("in which a person takes part waits for them, and tells their time apart", async () => {
    const asked: string[] = [];
    const timeline = new Timeline(() => undefined);
    const askPerson = (question: string): Promise<void> => {
      assert.deepEqual(done, ["up", "lose"], "asked once it is lost, before anything is brought back");
      asked.push(question);
      return Promise.resolve();
    };
    await run({ scenario: scenarioOf("monthly-fire"), askPerson, timeline });
    assert.match(asked[0] ?? "", /^SEV1: the edge does not answer.*\nSEV1: الواجهة/);
    assert.deepEqual(
      timeline.steps.filter(({ by }) => by === "person").map(({ name }) => name),
      [steps.person],
    );
  });
});
