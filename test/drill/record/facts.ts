import type { RestoreReport } from "../../../recovery/restore/report/report.ts";
import type { DrillFacts, PromisedStore } from "../../../drill/record/make-record.ts";
import { steps } from "../../../drill/steps.ts";

const start = Date.UTC(2026, 11, 1, 4);
/** So many seconds after the drill began. */
export const at = (seconds: number): Date => new Date(start + seconds * 1000);
const iso = (seconds: number): string => at(seconds).toISOString();

const checks: RestoreReport["checks"] = [
  { name: "canary", store: "mongo", result: "ok", sentence: "mongo: canary is there" },
  { name: "inventory", store: "mongo", result: "ok", sentence: "mongo: 9000 items, 500 of them read" },
  {
    name: "not covered",
    store: "mongo",
    result: "ok",
    sentence: "mongo: documents: big/one: 8500 of 9000 were not read",
  },
];

/** Lost at 100 s, served at 400 s, of which 60 were a person's; the point was taken at 40 s. */
export const facts: DrillFacts = {
  id: "20261201T040000Z-ab12",
  scenario: "total-loss",
  stack: "drill",
  startedAt: at(0),
  finishedAt: at(420),
  timeline: [
    { name: steps.up, at: iso(0), seconds: 80, by: "machine" },
    { name: steps.lost, at: iso(100), seconds: 5, by: "machine" },
    { name: steps.person, at: iso(105), seconds: 60, by: "person" },
    { name: steps.rebuild, at: iso(165), seconds: 150, by: "machine" },
    { name: steps.restore, at: iso(315), seconds: 80, by: "machine" },
  ],
  lostAt: at(100),
  servedAt: at(400),
  restore: {
    point: {
      id: "20261201T040040Z-cd34",
      instant: iso(40),
      lineage: "l",
      generation: 1,
      from: "offsite",
      snapshot: "s",
      stores: ["mongo", "minio"],
      bytes: 1,
    },
    phases: [
      { name: "fetch", state: "done", startedAt: iso(316), seconds: 50, bytes: 1, detail: "" },
      { name: "safety-point", state: "skipped", startedAt: iso(366), seconds: 0, bytes: null, detail: "" },
      { name: "verify", state: "done", startedAt: iso(366), seconds: 20, bytes: null, detail: "" },
    ],
    checks,
  },
  restoreStep: steps.restore,
  rpoSeconds: 60,
  reads: [{ read: "stored", lost: 30, seconds: 12 }],
  causes: [],
  limits: {},
};

export const promised: readonly PromisedStore[] = ["mongo", "minio"].map((name) => ({
  name,
  recovery: { objectives: { rpo: "15m", rto: "1h" } },
}));
