import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { execute } from "../../../recovery/restore/execute.ts";
import { beginJournal } from "../../../recovery/restore/journal/begin-journal.ts";
import type { RestorePorts } from "../../../recovery/restore/phases/ports.ts";
import type { Findings } from "../../../recovery/restore/plan/findings.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import type { RestorePlan } from "../../../recovery/restore/plan/restore-plan.ts";
import type { RestoreReport } from "../../../recovery/restore/report/report.ts";
import { findings, newPoint, request } from "./phases/findings-fixture.ts";
import { manifest, nothingAsked, proofOf, ScratchHost } from "./phases/ports-fixture.ts";

let host: ScratchHost;
const shop = { name: "shop", directories: ["application-shop"], filesOnly: true } as const;

beforeEach(async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host = await ScratchHost.make(head.head);
  const { stores, ...rest } = manifest();
  const whole = {
    ...rest,
    stores: {
      ...stores,
      shop: {
        kind: "files" as const,
        copiedAt: rest.instant,
        image: "registry/shop@sha256:aa",
        directories: { "application-shop": { files: 1, bytes: 8 } },
      },
    },
  };
  host.manifest = whole;
  host.also = { "application-shop": { "shop.sqlite": "restored" } };
  host.proof = proofOf(whole);
  host.keys.set("shop", 10);
  await host.write("live/application-shop/shop.sqlite", "present");
});
afterEach(() => host.remove());

function planOf(over: Partial<Findings> = {}): RestorePlan {
  const found = findings();
  const plan = planRestore(
    {
      ...found,
      stores: [...found.stores, { name: "shop", declared: true, running: false, filesOnly: true }],
      offsite: { state: "ok", points: [{ ...newPoint, stores: ["mongo", "redis", "shop"] }] },
      ...over,
    },
    request({ overExisting: true }),
  );
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  return plan;
}

async function run(): Promise<RestoreReport> {
  const ports: RestorePorts = { ...host.ports, stores: [...host.ports.stores, shop] };
  return execute(beginJournal(planOf(), ports.host.now()), ports, {
    asked: nothingAsked,
    progress: () => undefined,
  });
}

test("an application's files are placed and judged as a store's, and no engine of it is stopped, started or asked", async () => {
  const report = await run();
  assert.equal(report.verdict, "restored", JSON.stringify(report.failure));
  assert.equal(readFileSync(join(host.root, "live/application-shop/shop.sqlite"), "utf8"), "restored");
  assert.deepEqual(
    host.calls.filter((call) => call.includes("shop")),
    ["take shop"],
  );
  assert.deepEqual(
    report.checks.filter(({ store }) => store === "shop").map(({ name, result }) => `${name} ${result}`),
    ["directory application-shop ok", "time of the copy ok", "inventory ok", "not covered ok"],
  );
});

test("files that are not what the point holds fail the restore", async () => {
  host.keys.set("shop", 9);
  const report = await run();
  assert.notEqual(report.verdict, "restored");
  assert.match(report.failure?.sentence ?? "", /shop.*expected 10, got 9/);
});

test("a task of it that runs in spite of the closing keeps its directory from being replaced", async () => {
  host.replicas.set("shop", 1);
  const report = await run();
  assert.match(report.failure?.sentence ?? "", /shop still running/);
  assert.equal(readFileSync(join(host.root, "live/application-shop/shop.sqlite"), "utf8"), "present");
});

test("a point in which that name is a store's is refused before anything is replaced", async () => {
  const { stores, ...rest } = manifest();
  const { redis } = stores;
  assert.ok(redis);
  host.manifest = {
    ...rest,
    stores: { ...stores, shop: { ...redis, directories: { "application-shop": { files: 1, bytes: 8 } } } },
  };
  const report = await run();
  assert.match(
    report.failure?.sentence ?? "",
    /stores\.shop\.kind: the point holds a store by this name, this platform has an application's files/,
  );
});

test("it keeps no safety point from being taken, and the plan stops and starts engines alone", () => {
  const plan = planOf({ root: { lineage: "kaleem-a1", generation: 1, host: "host-old" } });
  const what = Object.fromEntries(plan.phases.map(({ name, what, skip }) => [name, skip ?? what]));
  assert.equal(what["stop"], "stop mongo, redis");
  assert.ok(!what["safety-point"]?.includes("shop"), what["safety-point"]);
});
