import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { jobNames } from "../../../contract/jobs.ts";
import {
  makeChecklist,
  periodOf,
  periods,
  type ChecklistFacts,
} from "../../../operator/checklist/checklist.ts";
import { renderChecklist } from "../../../operator/checklist/render-checklist.ts";
import { agentStatusSchema, type AgentStatus } from "../../../recovery/agent/answers/agent-status.ts";

const now = "2026-12-01T04:00:00.000Z";
const newest = (ageSeconds: number) => ({ point: "p", instant: now, ageSeconds });
const tested = {
  at: "2026-11-20T04:00:00.000Z",
  ok: true,
  point: { id: "p", instant: now },
  seconds: 60,
  fetchSeconds: 30,
  bytes: 1,
  compared: true,
  stores: {},
  problems: [],
};

/** A stack of which nothing is amiss. */
const status: AgentStatus = agentStatusSchema.parse({
  version: 1,
  stack: "prod",
  now,
  machineId: "0123",
  founded: { lineage: "l", generation: 1, host: "0123" },
  closed: false,
  stores: { mongo: { local: newest(60), offsite: newest(300) } },
  lastPoint: null,
  lastShip: null,
  jobs: jobNames.map((job) => ({
    job,
    lastRun: { finishedAt: "2026-12-01T03:00:00.000Z", ok: true, exitCode: 0, message: "done" },
    lastSuccessAt: "2026-12-01T03:00:00.000Z",
    silentSeconds: null,
  })),
  newestProvenOffsite: newest(3600),
  restoreTests: { local: tested, offsite: tested },
  services: [{ name: "mongo", image: "i", wanted: 1, running: 1, healthy: 1, paused: 0 }],
  off: [{ name: "n8n", why: "not used" }],
  disks: { data: { freeBytes: 50, totalBytes: 100 }, system: { freeBytes: 50, totalBytes: 100 } },
  timers: [],
  lastProven: null,
  restore: { running: false, unfinished: null },
  kit: { sealed: true, checkedAt: "2026-11-20T04:00:00.000Z", keysChanged: false },
  drill: {
    sequence: 1,
    last: { finishedAt: "2026-11-20T04:00:00.000Z", scenario: "total-loss", success: true, rtoSeconds: 60 },
    lastSuccessAt: "2026-11-20T04:00:00.000Z",
  },
  replaced: [],
  problems: [],
});
const facts = (change: Partial<AgentStatus> = {}): ChecklistFacts => ({
  status: { ...status, ...change },
  stores: [{ name: "mongo", recovery: { objectives: { rpo: "15m", rto: "1h" } } }],
});
const open = (period: (typeof periods)[number], change: Partial<AgentStatus> = {}) =>
  makeChecklist(period, facts(change))
    .filter(({ state }) => state === "open")
    .map(({ says, seen }) => `${says.en}: ${seen}`);

describe("the checklists", () => {
  it("have every job in one of them, by how often it runs", () => {
    const listed = (["daily", "weekly", "monthly"] as const).flatMap((period) =>
      makeChecklist(period, facts()).filter(({ says }) => says.en.startsWith("The job")),
    );
    assert.equal(listed.length, jobNames.length);
    assert.deepEqual(
      ["point", "check-offsite", "restore-test"].map((job) => periodOf(job as (typeof jobNames)[number])),
      ["daily", "weekly", "monthly"],
    );
  });

  for (const period of periods)
    it(`${period}: leave a person nothing but what only a person can tell, when all is well`, () => {
      assert.deepEqual(open(period), []);
      if (period !== "daily")
        assert.ok(makeChecklist(period, facts()).some(({ state }) => state === "person"));
    });

  const amiss: [(typeof periods)[number], Partial<AgentStatus>, RegExp][] = [
    [
      "daily",
      { services: status.services.map((one) => ({ ...one, healthy: 0 })) },
      /^Every service runs.*: 0\/1, mongo$/,
    ],
    ["daily", { closed: true }, /^Every service runs.*: 1\/1, closed$/],
    [
      "daily",
      { stores: { mongo: { local: newest(901), offsite: newest(1) } } },
      /on the host is no older.*: mongo: 15 min \/ 15m$/,
    ],
    [
      "daily",
      { stores: { mongo: { local: null, offsite: newest(1) } } },
      /on the host is no older.*: mongo: – \/ 15m$/,
    ],
    [
      "daily",
      { disks: { ...status.disks, data: { freeBytes: 19, totalBytes: 100 } } },
      /^At least 20 %.*: data: 19 %$/,
    ],
    ["daily", { problems: ["timers: no answer"] }, /^Writes are taken.*: timers: no answer$/],
    [
      "daily",
      { jobs: status.jobs?.filter(({ job }) => job !== "point") },
      /^The job .* recovery point of all stores: point: –$/,
    ],
    [
      "weekly",
      {
        jobs: status.jobs?.map((one) =>
          one.job === "check-offsite" && one.lastRun !== null
            ? { ...one, lastRun: { ...one.lastRun, ok: false, message: "A pack is missing." } }
            : one,
        ),
      },
      /^The job .*: check-offsite: 60 min, ✗ A pack is missing\.$/,
    ],
    [
      "weekly",
      { stores: { mongo: { local: newest(1), offsite: newest(901) } } },
      /off-site is no older.*: mongo: 15 min/,
    ],
    ["weekly", { newestProvenOffsite: newest(90_000) }, /^A point that is off-site was started.*: 25\.0 h$/],
    ["weekly", { replaced: [{ id: "r1", bytes: 1 }] }, /^Nothing that restores moved aside.*: r1$/],
    [
      "monthly",
      { restoreTests: { local: tested, offsite: { ...tested, compared: false } } },
      /^A restore from the repository.*: offsite: 11 d$/,
    ],
    [
      "monthly",
      { restoreTests: { local: null, offsite: tested } },
      /^A restore from the repository.*: local: –$/,
    ],
    ["monthly", { drill: null }, /^A drill was held this month.*: –$/],
    [
      "half-year",
      {
        drill: {
          sequence: 1,
          last: { finishedAt: now, scenario: "total-loss", success: false, rtoSeconds: null },
          lastSuccessAt: "2026-08-01T04:00:00.000Z",
        },
      },
      /^A drill of a total loss.*: 122 d \/ 92 d$/,
    ],
    [
      "half-year",
      { kit: { sealed: true, checkedAt: now, keysChanged: true } },
      /^The recovery kit was checked/,
    ],
  ];
  for (const [period, change, line] of amiss)
    it(`${period}: leave open ${String(line)}`, () => {
      const lines = open(period, change);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", line);
    });

  it("of the half-year hold the plan against what is declared", () => {
    const seen = makeChecklist("half-year", facts()).map((one) => one.seen);
    for (const wanted of ["mongo: RPO 15m, RTO 1h", "mongo", "n8n: not used", jobNames.join(", ")])
      assert.ok(seen.includes(wanted), wanted);
  });

  it("are Markdown in both languages, with what is answered ticked", () => {
    const text = renderChecklist("daily", status, makeChecklist("daily", facts({ closed: true })));
    assert.match(text, /^<div dir="rtl" lang="ar">\n\n# الفحص اليومي: prod, 2026-12-01$/m);
    assert.match(text, /^# Daily check: prod, 2026-12-01$/m);
    assert.match(
      text,
      /^- \[ \] ✗ Every service runs and is healthy, and the platform is open \(`1\/1, closed`\)$/m,
    );
    assert.match(text, /^- \[x\] At least 20 % of the disk are free \(`data: 50 %`\)$/m);
    assert.match(text, /^- \[x\] مساحة القرص الحرة 20٪ أو أكثر \(`data: 50 %`\)$/m);
  });
});
