import assert from "node:assert/strict";
import { test } from "node:test";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { phaseNames } from "../../../../recovery/restore/plan/phase-name.ts";
import type { Findings } from "../../../../recovery/restore/plan/findings.ts";
import type { RestoreRequest } from "../../../../recovery/restore/plan/request.ts";
import type { RestorePlan } from "../../../../recovery/restore/plan/restore-plan.ts";
import { findings, newPoint, oldPoint, point, request } from "../phases/findings-fixture.ts";

const founded = { lineage: "kaleem-a1", generation: 1, host: "host-old" };

function plan(found: Partial<Findings> = {}, asked: Partial<RestoreRequest> = {}): RestorePlan {
  const planned = planRestore(findings(found), request(asked));
  assert.ok(!Array.isArray(planned), JSON.stringify(planned));
  return planned;
}

function refusals(found: Partial<Findings> = {}, asked: Partial<RestoreRequest> = {}): string[] {
  const planned = planRestore(findings(found), request(asked));
  assert.ok(Array.isArray(planned), "expected a refusal, got a plan");
  return planned.map((refusal) => `${refusal.code}: ${refusal.sentence}`);
}

test("restores the newest point of the head onto a fresh host, in eleven ordered phases", () => {
  const planned = plan();
  assert.deepEqual(
    planned.phases.map((phase) => phase.name),
    [...phaseNames],
  );
  assert.equal(planned.point.id, newPoint.id);
  assert.equal(planned.point.from, "offsite");
  assert.deepEqual(planned.next, { lineage: "kaleem-a1", generation: 2, host: "host-new" });
  assert.equal(planned.headVersion, '"e1"');
  assert.equal(planned.id, "20261120T032000Z-from-20261120T031000Z-77c1");
});

test("leaves out the safety point on a data root without a lineage, and says why", () => {
  const skipped = plan().phases.filter((phase) => phase.skip !== null);
  assert.deepEqual(
    skipped.map((phase) => `${phase.name}: ${phase.skip}`),
    ["safety-point: the data root has no lineage: nothing here to save"],
  );
});

test("takes a safety point before it replaces a data root that has a lineage", () => {
  const planned = plan({ root: founded, host: "host-old" }, { overExisting: true });
  assert.equal(planned.phases.find((phase) => phase.name === "safety-point")?.skip, null);
});

test("leaves out the safety point when a store is down, since no point can be taken of it", () => {
  const stores = [
    { name: "mongo", declared: true, running: false },
    { name: "redis", declared: true, running: true },
  ];
  const planned = plan({ root: founded, host: "host-old", stores }, { overExisting: true });
  const skip = planned.phases.find((phase) => phase.name === "safety-point")?.skip;
  assert.equal(skip, "mongo not running, so no point can be taken; what is replaced is kept on the host");
});

test("prefers the local copy of a point, and the off-site one on request", () => {
  const both = { local: { state: "ok", points: [newPoint] } } as const;
  assert.equal(plan(both).point.from, "local");
  assert.equal(plan(both, { from: "offsite" }).point.from, "offsite");
});

test("takes the newest point at or before a time, of whichever generation", () => {
  assert.equal(plan({}, { at: "2026-11-20T03:07Z" }).point.id, oldPoint.id);
  assert.equal(plan({}, { at: "2026-11-20T03:10:00Z" }).point.id, newPoint.id);
  assert.equal(plan({}, { at: "2026-11-20T06:07:00+03:00" }).point.id, oldPoint.id);
});

test("takes a point by its id or by its unique ending", () => {
  assert.equal(plan({}, { at: oldPoint.id }).point.id, oldPoint.id);
  assert.equal(plan({}, { at: "3f9a" }).point.id, oldPoint.id);
});

test("takes the point that the head grew from while its generation has none of its own", () => {
  const found = findings();
  assert.ok(found.head.state === "ok");
  const parent = { point: oldPoint.id, lineage: "kaleem-a1", generation: 1 };
  const head = { ...found.head, head: { ...found.head.head, generation: 2, parent } };
  assert.equal(plan({ head }).point.id, oldPoint.id);
  assert.equal(plan({ head }).next.generation, 3);
});

test("the newest point that the head names is not passed over in silence when it is gone", () => {
  const found = findings().head;
  assert.ok(found.state === "ok");
  const told = { point: "20261120T031500Z-aaaa", instant: "2026-11-20T03:15:00.000Z", sequence: 9 };
  const head = { ...found, head: { ...found.head, newest: told } };
  const left = { ...newPoint, sequence: 8 };
  const offsite = { state: "ok", points: [{ ...oldPoint, sequence: 7 }, left] } as const;
  assert.deepEqual(refusals({ head, offsite }), [
    'no-point: restore: the head record says that point 20261120T031500Z-aaaa of 2026-11-20T03:15:00.000Z was shipped, and it is not in s3://kaleem-backup/points or the local repository of this host: the newest that is left is 20261120T031000Z-77c1 of 2026-11-20T03:10:00.000Z. Somebody removed points, or a catalogue or a repository was put back; deletions are taken back by "./kaleem offsite rewind". If you go on without it, restore that one with --at 20261120T031000Z-77c1.',
  ]);
  assert.equal(plan({ head, offsite }, { at: newPoint.id }).point.id, newPoint.id);
  assert.equal(plan({ head, offsite }, { at: "2026-11-20T03:12Z" }).point.id, newPoint.id);
  // Taken here since, and not shipped yet.
  const local = { state: "ok", points: [{ ...point("20261120T031800Z-bbbb"), sequence: 10 }] } as const;
  assert.equal(plan({ head, offsite, local }).point.id, "20261120T031800Z-bbbb");
  // The point that the head grew from is no answer once it has had points of its own.
  const grown = {
    ...head,
    head: {
      ...head.head,
      generation: 2,
      parent: { point: newPoint.id, lineage: "kaleem-a1", generation: 1 },
    },
  };
  assert.match(
    refusals({ head: grown, offsite })[0] ?? "",
    /the newest that is left is 20261120T031000Z-77c1/,
  );
});

test("a point that was dated in the future is not latest for ever, and a time is still answered", () => {
  const future = point("20271120T031500Z-0005", { sequence: 5 });
  const next = point("20261120T031600Z-0006", { sequence: 6 });
  const offsite = { state: "ok", points: [oldPoint, newPoint, future, next] } as const;
  assert.equal(plan({ offsite }).point.id, next.id);
  assert.equal(plan({ offsite }, { at: "2026-11-20T03:18Z" }).point.id, next.id);
  assert.equal(plan({ offsite }, { at: "2026-11-20T03:12Z" }).point.id, newPoint.id);
  assert.equal(
    plan({ offsite, local: { state: "ok", points: [next] } }, { at: "2026-11-20T03:18Z" }).point.from,
    "local",
  );
  assert.equal(plan({ offsite, head: { state: "none" } }).point.id, next.id);
});

test("a time that a clock which went back makes doubtful is refused, with both points", () => {
  const before = point("20261120T100000Z-0001", { sequence: 1 });
  const after = point("20261120T100500Z-0002", { sequence: 2 });
  const back = point("20261120T040000Z-0003", { sequence: 3 });
  const offsite = { state: "ok", points: [newPoint, before, after, back] } as const;
  assert.deepEqual(refusals({ offsite }, { at: "2026-11-20T10:30Z" }), [
    "bad-request: --at: which point is the newest at 2026-11-20T10:30Z is in doubt: 20261120T040000Z-0003 (dated 2026-11-20T04:00:00.000Z) was taken later than 20261120T100500Z-0002 (dated 2026-11-20T10:05:00.000Z), so a clock went back or two hosts took points at once. Choose with --at 20261120T040000Z-0003 or --at 20261120T100500Z-0002.",
  ]);
  assert.equal(plan({ offsite }).point.id, back.id);
  assert.equal(plan({ offsite }, { at: back.id }).point.id, back.id);
});

test("a host without a lineage's points never become latest", () => {
  const foreign = point("20261120T031500Z-ffff", { lineage: "host-12345678", generation: 0 });
  assert.equal(plan({ local: { state: "ok", points: [foreign] } }).point.id, newPoint.id);
});

test("estimates the fetch by bytes and the rate of the last restore", () => {
  const fetch = (found: Partial<Findings>) => plan(found).phases.find((phase) => phase.name === "fetch");
  assert.equal(fetch({})?.seconds, 5);
  assert.equal(fetch({ last: { seconds: {}, bytesPerSecond: { offsite: 1_000_000 } } })?.seconds, 27);
  assert.equal(fetch({})?.bytes, 24_000_000);
});

test("resumes an unfinished restore of the same request with its own plan", () => {
  const unfinished = plan();
  const journal = {
    version: 1 as const,
    plan: unfinished,
    startedAt: unfinished.createdAt,
    phases: [],
    memory: {},
    finishedAt: null,
  };
  const later = { journal, offsite: { state: "unreachable", why: "timed out" } } as const;
  assert.deepEqual(plan(later), unfinished);
  assert.deepEqual(refusals(later, { at: oldPoint.id }), [
    "unfinished: restore: a restore of point 20261120T031000Z-77c1 is unfinished on this host. Resume it with --at latest --from any, or restart with --from-scratch.",
  ]);
  assert.equal(plan({ journal }, { at: oldPoint.id, fromScratch: true }).point.id, oldPoint.id);
  const skip = plan({ journal }, { safetyPoint: false }).phases.find(
    (phase) => phase.name === "safety-point",
  )?.skip;
  assert.equal(skip, "left out on request; what is replaced is kept on the host");
});

const refused: [
  title: string,
  found: Partial<Findings>,
  asked: Partial<RestoreRequest>,
  expected: string[],
][] = [
  [
    "refuses when there is no recovery point anywhere",
    { offsite: { state: "ok", points: [] } },
    {},
    [
      'no-point: restore: no recovery point in s3://kaleem-backup/points or the local repository of this host. Check the bucket and prefix of this stack, or take a first point with "./kaleem point".',
    ],
  ],
  [
    "refuses a time before the oldest point, and names that one",
    {},
    { at: "2026-11-20T03:00Z", from: "offsite" },
    [
      "no-point: restore: no recovery point before 2026-11-20T03:00Z in s3://kaleem-backup/points; the oldest is 2026-11-20T03:05:00.000Z (20261120T030500Z-3f9a). Use --at 20261120T030500Z-3f9a or --at latest.",
    ],
  ],
  [
    "refuses an unknown point",
    {},
    { at: "20261120T030500Z-0000", from: "offsite" },
    [
      'no-point: restore: no recovery point 20261120T030500Z-0000 in s3://kaleem-backup/points. List them with "./kaleem points".',
    ],
  ],
  [
    "refuses an --at that is neither a point nor a time",
    {},
    { at: "yesterday evening" },
    [
      'bad-request: --at: expected "latest", a point\'s id, a time such as 2026-11-20T03:00Z or "before N" with a deployment\'s number, got "yesterday evening".',
    ],
  ],
  [
    "refuses an ending that fits two points",
    { offsite: { state: "ok", points: [oldPoint, point("20261120T031000Z-3f9a")] } },
    { at: "3f9a" },
    ['bad-request: --at: "3f9a" matches 20261120T030500Z-3f9a and 20261120T031000Z-3f9a. Give the whole id.'],
  ],
  [
    "refuses a point of another lineage unless --lineage says so",
    {
      offsite: { state: "ok", points: [newPoint, point("20261120T031500Z-beef", { lineage: "kaleem-b2" })] },
    },
    { at: "beef" },
    [
      "other-lineage: restore: point 20261120T031500Z-beef is of lineage kaleem-b2, the head is of kaleem-a1. If you mean it, add --lineage kaleem-b2.",
    ],
  ],
  [
    "refuses when only other lineages have points",
    { offsite: { state: "ok", points: [point("20261120T031500Z-beef", { lineage: "kaleem-b2" })] } },
    { from: "offsite" },
    [
      "no-point: restore: no recovery point of lineage kaleem-a1 in s3://kaleem-backup/points belongs to the head. There are points of kaleem-b2: name one with --lineage.",
    ],
  ],
  [
    "refuses a data root that has a lineage unless told to replace it",
    { root: founded, host: "host-old" },
    {},
    [
      "founded: restore: the data root holds live data (lineage kaleem-a1, generation 1). To replace it, add --over-existing; a safety point is taken first.",
    ],
  ],
  [
    "refuses on a host that was superseded, whose successor may be serving",
    { root: { ...founded, host: "host-new" } },
    { overExisting: true },
    [
      "superseded: restore: this host (generation 1) was superseded by host-old (generation 1, 2026-11-01T00:00:00.000Z), which may be serving now. Restore there, or take over with --take-over once it is off.",
    ],
  ],
  [
    "refuses a wrong repository password, once",
    { offsite: { state: "wrong-password" } },
    { from: "offsite" },
    [
      'wrong-password: restore: s3://kaleem-backup/points refuses this stack\'s restic password. Set the right one with "pulumi config set --secret restic-password" and run "./kaleem up".',
    ],
  ],
  [
    "refuses when the off-site copy cannot be read, with its reason",
    { offsite: { state: "unreachable", why: "no answer in time" } },
    { from: "offsite" },
    [
      "unreachable: restore: s3://kaleem-backup/points cannot be read: no answer in time. Check endpoint, keys and network, or try --from local.",
    ],
  ],
  [
    "refuses when the bucket holds no repository",
    { offsite: { state: "missing" } },
    { from: "offsite" },
    [
      "no-point: restore: there is no repository in s3://kaleem-backup/points, so no recovery point. Check the bucket and prefix of this stack.",
    ],
  ],
  [
    "refuses when the head cannot be read, since it could not be claimed",
    { head: { state: "unreachable", why: "403 AccessDenied" } },
    {},
    [
      "unreachable: restore: the head record in s3://kaleem-backup/points cannot be read: 403 AccessDenied. A restore must claim it before it opens, else two hosts could serve at once. Check endpoint, keys and network.",
    ],
  ],
  [
    "refuses a second restore while one runs",
    { restoreRunning: true },
    {},
    [
      'running: restore: another restore runs on this host. Wait for it; "./kaleem status" shows how far it is.',
    ],
  ],
  [
    "refuses a host that up has not filled",
    {
      stores: [
        { name: "mongo", declared: false, running: false },
        { name: "redis", declared: true, running: true },
      ],
      applications: [{ name: "api", declared: false }],
    },
    {},
    [
      'not-up: restore: the host has no service mongo, api. Run "./kaleem up" first; a restore fills what it declared.',
    ],
  ],
  [
    "refuses when the point does not fit beside the live data, and names what earlier restores take",
    {
      freeBytes: 100_000_000,
      replaced: [{ id: "20261101T000000Z-from-20261031T235500Z-0a0a", bytes: 2_147_483_648 }],
    },
    {},
    [
      'no-space: restore: point 20261120T031000Z-77c1 needs 279 MiB on the data filesystem, 96 MiB are free. Enlarge the data volume, or give up what earlier restores moved aside (2048 MiB in all: 20261101T000000Z-from-20261031T235500Z-0a0a, 2048 MiB) by its name, with "./kaleem restore --forget ID".',
    ],
  ],
];

for (const [title, found, asked, expected] of refused) {
  test(title, () => assert.deepEqual(refusals(found, asked), expected));
}

test("gives every reason at once", () => {
  const codes = refusals({ root: { ...founded, host: "host-new" }, restoreRunning: true, freeBytes: 0 }).map(
    (line) => line.split(":")[0],
  );
  assert.deepEqual(codes, ["running", "superseded", "founded", "no-space"]);
});

test("one readable repository is enough, unless the other refuses the password", () => {
  assert.equal(plan({ local: { state: "unreachable", why: "disk gone" } }).point.from, "offsite");
  assert.deepEqual(refusals({ local: { state: "wrong-password" } }).length, 1);
});

test("restores from a bucket that everything was moved out of only when it takes over", () => {
  const movedTo = { endpoint: "https://s3.new", bucket: "kaleem-2", prefix: "" };
  const found = findings().head;
  assert.ok(found.state === "ok");
  const moved = { head: { ...found, head: { ...found.head, movedTo } } };
  const [refusal] = refusals(moved);
  assert.match(
    refusal ?? "",
    /^superseded: restore: everything in \S+ was moved to s3:\/\/kaleem-2 at https:\/\/s3\.new, where newer points are/,
  );
  assert.equal(plan(moved, { takeOver: true }).next.generation, 2);
});

test("an empty host takes the place of another stack only when that one is named", () => {
  const found: Partial<Findings> = { stack: "staging" };
  assert.deepEqual(refusals(found), [
    "other-stack: restore: the head record in s3://kaleem-backup/points is stack prod's (generation 1, 2026-11-01T00:00:00.000Z), and this host is stack staging: it would take that stack's place, whose host would then ship nothing any more. Give staging a bucket or a prefix of its own in kaleem:offsite; if it is to take the place of prod, add --of-stack prod.",
  ]);
  assert.equal(refusals(found, { ofStack: "demo" }).length, 1);
  assert.equal(plan(found, { ofStack: "prod" }).next.generation, 2);
});

test("takes another lineage when it is named", () => {
  const foreign = point("20261120T031500Z-beef", { lineage: "kaleem-b2", generation: 4 });
  const planned = plan({ offsite: { state: "ok", points: [newPoint, foreign] } }, { lineage: "kaleem-b2" });
  assert.equal(planned.point.id, foreign.id);
  assert.deepEqual(planned.next, { lineage: "kaleem-b2", generation: 5, host: "host-new" });
});

test("without a head record the first one is made, for the point's own lineage", () => {
  const planned = plan({ head: { state: "none" } });
  assert.equal(planned.headVersion, null);
  assert.equal(planned.next.generation, 2);
});
