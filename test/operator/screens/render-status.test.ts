import assert from "node:assert/strict";
import { test } from "node:test";
import { agentStatusSchema, type AgentStatus } from "../../../recovery/agent/answers/agent-status.ts";
import { renderDeadHost, renderStatus } from "../../../operator/screens/render-status.ts";

const at = (place: string, ageSeconds: number) => ({
  point: place,
  instant: "2026-11-20T03:19:00.000Z",
  ageSeconds,
});

const status: AgentStatus = agentStatusSchema.parse({
  version: 1,
  stack: "local",
  now: "2026-11-20T03:20:00.000Z",
  machineId: "0123",
  founded: { lineage: "kaleem-a1", generation: 2, host: "0123" },
  closed: false,
  stores: {
    mongo: { local: at("p2", 60), offsite: at("p1", 300) },
    redis: { local: at("p2", 60), offsite: at("p1", 300) },
  },
  lastPoint: null,
  lastShip: null,
  services: [
    {
      name: "mongo",
      image: `r/mongo:8@sha256:${"a".repeat(64)}`,
      wanted: 1,
      running: 1,
      healthy: 1,
      paused: 0,
    },
    { name: "api", image: `r/api:1@sha256:${"b".repeat(64)}`, wanted: 2, running: 2, healthy: 1, paused: 0 },
  ],
  timers: [
    { unit: "kaleem-point.timer", next: null },
    { unit: "kaleem-ship.timer", next: null },
  ],
  lastProven: { at: "2026-11-19T03:20:00.000Z", point: "p0", rtoSeconds: 42, rpoSeconds: 12, report: "r" },
  restore: { running: false, unfinished: null },
  problems: [],
});

test("answers on one screen what is up, what would be lost, and when recovery was proven", () => {
  assert.equal(
    renderStatus(status),
    `local: open, lineage kaleem-a1, generation 2

  ✓ mongo 1/1 running, 1 healthy  r/mongo:8@sha256:aaaaaaaaaaaa
  ✗ api   2/2 running, 1 healthy  r/api:1@sha256:bbbbbbbbbbbb

  newest     here: mongo 60 s, redis 60 s; off-site: mongo 5 min, redis 5 min
  lost now   5 min if the machine is lost, 60 s if only its data is
  3-2-1      3 copies; one off-site
  last end   point never, ship never
  restore    42 s when last done
  proven     24.0 h ago from point p0
  drill      none is recorded: ./kaleem drill --history-of local (docs/drills.md)`,
  );
});

test("which restic runs there is told with where it is from; an older agent does not say", () => {
  assert.doesNotMatch(renderStatus(status), /^ {2}restic/m);
  for (const [from, said] of [
    ["distribution", "the distribution's"],
    ["brought along", "brought along"],
  ] as const)
    assert.match(
      renderStatus({ ...status, restic: { version: "0.18.1", from } }),
      new RegExp(`^  restic     0\\.18\\.1, ${said}$`, "m"),
    );
});

test("what restores moved aside is listed with what it costs in bytes", () => {
  const replaced = [
    { id: "20261101T000000Z-from-p0", bytes: 2_000_000 },
    { id: "20261102T000000Z-from-p0", bytes: 500_000 },
  ];
  assert.ok(
    renderStatus({ ...status, replaced }).endsWith(
      `  replaced   2500000 bytes (2.5 MB) that restores moved aside; to give one up: ./kaleem restore --forget ID
             20261101T000000Z-from-p0: 2000000 bytes (2.0 MB)
             20261102T000000Z-from-p0: 500000 bytes (0.5 MB)`,
    ),
  );
  const unmeasured = [...replaced, { id: "c", bytes: null }];
  assert.match(renderStatus({ ...status, replaced: unmeasured }), /^ {2}replaced {3}unknown size that/m);
});

test("a service that is switched off is shown with its reason, and is no fault", () => {
  const off = [{ name: "grafana", why: "its image is not available on this machine" }];
  assert.match(
    renderStatus({ ...status, off }),
    /^ {2}- grafana off: its image is not available on this machine$/m,
  );
});

test("the newest point that was proven has a line, and a failed proof is shouted", () => {
  const newestProven = { ...at("p2", 600), at: "2026-11-20T03:15:00.000Z" };
  const lastRun = {
    startedAt: status.now,
    finishedAt: status.now,
    ok: false,
    exitCode: 34,
    message: "Point p3 is not proven.",
  };
  const text = renderStatus({
    ...status,
    newestProven,
    newestProvenOffsite: at("p1", 1200),
    lastProof: { lastRun, lastSuccess: null },
  });
  assert.match(
    text,
    /^ {2}starts {5}here point p2, 10 min old; off-site point p1, 20 min old: each store was started on a copy of it$/m,
  );
  assert.match(
    text,
    /^ {2}lost now .* if only its data is; counting proven points alone 20 min and 10 min$/m,
  );
  assert.match(
    renderStatus({ ...status, newestProven }),
    /; counting proven points alone everything and 10 min$/m,
  );
  assert.doesNotMatch(renderStatus(status), /proven points alone|starts/);
  assert.match(text, /^ {2}✗ last proof failed: Point p3 is not proven\.$/m);
});

test("what the tests of a restore showed has a line, and a repository that failed is shouted", () => {
  const tested = {
    at: "2026-11-17T03:20:00.000Z",
    ok: true,
    point: { id: "p1", instant: "2026-11-17T03:00:00.000Z" },
    seconds: 47,
    fetchSeconds: 30,
    bytes: 1_200_000,
    compared: true,
    stores: {},
    problems: [],
  };
  assert.match(
    renderStatus({ ...status, restoreTests: { local: tested, offsite: { ...tested, compared: false } } }),
    /^ {2}tested {5}restores: here good 3 d ago, 1\.2 MB in 47 s; off-site good 3 d ago, 1\.2 MB in 47 s, held against no inventory$/m,
  );
  const failed = { ...tested, ok: false, problems: ["a pack is missing."] };
  const text = renderStatus({ ...status, restoreTests: { local: null, offsite: failed } });
  assert.match(text, /^ {2}tested {5}restores: here never; off-site FAILED 3 d ago/m);
  assert.match(text, /^ {2}✗ test of a restore from off-site: a pack is missing\.$/m);
  assert.doesNotMatch(
    renderStatus({ ...status, restoreTests: { local: null, offsite: null } }),
    / tested {5}/,
  );
});

test("images in the bucket have a line with their size and what it costs, or why they are not there", () => {
  const result = {
    images: 12,
    bytes: 3_200_000_000,
    brought: 0,
    bytesSent: 0,
    bytesVerified: 0,
    removed: 0,
  };
  const lastRun = {
    startedAt: status.now,
    finishedAt: status.now,
    ok: true,
    exitCode: 0,
    message: "as it was",
  };
  const render = (told: object): string =>
    renderStatus({
      ...status,
      lastImages: { lastRun, lastSuccess: { finishedAt: status.now, result: { ...result, ...told } } },
    });
  assert.match(
    render({}),
    /^ {2}images {5}12 in the bucket, 3200\.0 MB \(about 0\.05 USD a month at R2's price\)$/m,
  );
  assert.match(
    render({ skipped: "backups.images is false" }),
    /^ {2}images {5}not kept in the bucket: backups\.images is false$/m,
  );
});

test("writes that are refused for want of space stand first", () => {
  const writesBlocked = { since: "2026-11-20T03:10:00.000Z", refusing: ["mongo", "redis"] };
  assert.match(
    renderStatus({ ...status, writesBlocked }),
    /^local: open.*\n {2}✗ WRITES ARE REFUSED for 10 min: .*; by the edge, mongo, redis\. See docs\/runbooks\/WritesBlocked\.md$/m,
  );
  assert.doesNotMatch(renderStatus(status), /REFUSED/);
});

test("a timer that does not run and a failed run are shouted", () => {
  const lastRun = {
    startedAt: status.now,
    finishedAt: status.now,
    ok: false,
    exitCode: 13,
    message: "the bucket does not answer",
  };
  const text = renderStatus({ ...status, timers: [], lastShip: { lastRun, lastSuccess: null } });
  assert.match(text, /^ {2}✗ kaleem-point\.timer does not run: systemctl start kaleem-point\.timer$/m);
  assert.match(text, /^ {2}✗ last ship failed: the bucket does not answer$/m);
});

test("every job's last end stands on the screen, and the failed and the silent are named", () => {
  const run = (ok: boolean, finishedAt: string, message: string) => ({
    finishedAt,
    ok,
    exitCode: ok ? 0 : 33,
    message,
  });
  const jobs = [
    {
      job: "point",
      lastRun: run(true, "2026-11-20T03:19:00.000Z", "taken"),
      lastSuccessAt: "2026-11-20T03:19:00.000Z",
      silentSeconds: null,
    },
    {
      job: "check-local",
      lastRun: run(false, "2026-11-20T00:20:00.000Z", "A pack is missing."),
      lastSuccessAt: "2026-11-19T00:20:00.000Z",
      silentSeconds: null,
    },
    {
      job: "prune-offsite",
      lastRun: run(true, "2026-11-16T03:20:00.000Z", "pruned"),
      lastSuccessAt: "2026-11-16T03:20:00.000Z",
      silentSeconds: 345_600,
    },
    { job: "forget-local", lastRun: null, lastSuccessAt: null, silentSeconds: null },
  ];
  const timers = jobs.map(({ job }) => ({ unit: `kaleem-${job}.timer`, next: null }));
  const lines = renderStatus({ ...status, jobs, timers }).split("\n");
  assert.deepEqual(lines.slice(8, 11), [
    "  last end   point 60 s, check-local 3.0 h, prune-offsite 4 d, forget-local never",
    "  ✗ last check-local failed: A pack is missing.",
    "  ✗ prune-offsite has had no good end for 4 d: see journalctl -u kaleem-prune-offsite on the host",
  ]);
});

test("a store without an off-site point would be lost whole, and that is said", () => {
  const stores = { ...status.stores, redis: { local: at("p2", 60), offsite: null } };
  assert.match(
    renderStatus({ ...status, stores }),
    /off-site: mongo 5 min, redis none\n {2}lost now {3}everything if the machine is lost/,
  );
});

test("says what to do on a closed host, and where an unfinished restore stopped", () => {
  const fresh = { ...status, founded: null, closed: true, lastProven: null };
  assert.match(
    renderStatus(fresh),
    /^local: CLOSED \(edge answers 503\), data root has no lineage; run "\.\/kaleem restore --stack local"$/m,
  );
  assert.match(renderStatus(fresh), /proven {5}never on this host/);
  const restore = { running: false, unfinished: { id: "r1", phase: "verify" } };
  assert.match(
    renderStatus({ ...fresh, restore }),
    /; restore r1 stopped in phase verify: repeat it to continue$/m,
  );
  assert.match(
    renderStatus({ ...fresh, restore: { ...restore, running: true } }),
    /; a restore is running$/m,
  );
});

test("tells what the bucket knows of a platform whose host is gone, and what nobody can know", () => {
  const head = {
    lineage: "kaleem-a1",
    generation: 2,
    host: "0123456789",
    stack: "local",
    parent: null,
    changedAt: "2026-11-20T01:20:00.000Z",
    newest: { point: "p3", instant: "2026-11-20T03:15:00.000Z", sequence: 3 },
  };
  assert.equal(
    renderDeadHost(
      "local",
      { trouble: "ssh root@127.0.0.1:20010: connection refused", head },
      new Date(status.now),
    ),
    `local: THE HOST DOES NOT ANSWER
  ssh root@127.0.0.1:20010: connection refused

  bucket     lineage kaleem-a1, generation 2, host 01234567 since 2.0 h
  newest     off-site: p3, 5 min old; newest proven: none is named
  restore    bring up a fresh stack, then "./kaleem restore --stack <fresh stack> --of-stack local --from offsite"
  not known without the host: what runs, points that never left it, when recovery was last proven`,
  );
  assert.match(
    renderDeadHost("local", { trouble: "t", head: { why: "no key" } }, new Date()),
    /bucket {5}not known: no key/,
  );
});

test("drills have a line: how the last one ended, and when the next is due", () => {
  const drill = {
    sequence: 4,
    last: { finishedAt: "2026-11-19T03:20:00.000Z", scenario: "ransomware", success: true, rtoSeconds: 240 },
    lastSuccessAt: "2026-11-19T03:20:00.000Z",
  };
  const lines = (changes: Partial<typeof drill> | { lastSuccessAt: null }): string[] =>
    renderStatus({ ...status, drill: { ...drill, ...changes } })
      .split("\n")
      .filter((line) => /drill {6}|✗.*drill of a total loss/.test(line));
  assert.deepEqual(lines({}), [
    "  drill      ransomware succeeded 24.0 h ago, RTO 4 min; the next of a total loss is due 2027-02-19",
  ]);
  assert.deepEqual(
    lines({ lastSuccessAt: "2026-08-10T03:20:00.000Z" }).at(-1),
    "  ✗ a drill of a total loss is overdue by 10 d: ./kaleem drill --history-of local",
  );
  assert.deepEqual(
    lines({ lastSuccessAt: null }).at(-1),
    "  ✗ no drill of a total loss has succeeded: one is due now",
  );
  assert.match(renderStatus(status), /^ {2}drill {6}none is recorded: \.\/kaleem drill --history-of local/m);
  assert.doesNotMatch(renderStatus(status, "local"), /drill {6}/);
});

test("the recovery kit has a line: when it was checked, and what is to be done", () => {
  const kit = { sealed: true, checkedAt: "2026-11-10T03:20:00.000Z", keysChanged: false };
  const lines = (changes: Partial<typeof kit> | { checkedAt: null }): string[] =>
    renderStatus({ ...status, kit: { ...kit, ...changes } })
      .split("\n")
      .slice(-3)
      .filter((line) => line.includes("kit"));
  assert.deepEqual(lines({}), ["  kit        checked 10 d ago"]);
  assert.deepEqual(lines({ checkedAt: null }), ["  kit        never checked: ./kaleem kit --check FILE"]);
  assert.deepEqual(lines({ keysChanged: true }), [
    "  kit        checked 10 d ago",
    "  ✗ the recovery kit that was checked has former keys: ./kaleem kit --out NEW --from OLD --stack local, then check it",
  ]);
  assert.deepEqual(lines({ sealed: false }), [
    "  kit        checked 10 d ago",
    "             the stack's file goes off-site unsealed: ./kaleem kit --out FILE --stack local",
  ]);
  assert.doesNotMatch(renderStatus({ ...status, kit: { ...kit, sealed: false } }, "local"), /unsealed/);
});

test("what of three copies on two disks, one off-site, holds for every store is told, and what does not", () => {
  const line = (changes: Partial<AgentStatus>, disk: "shared" | "own" | null = null): string | undefined =>
    /^ {2}3-2-1 {6}(.*)$/m.exec(renderStatus({ ...status, ...changes }, "remote", disk))?.[1];
  assert.equal(line({}, "own"), "3 copies; on two disks here; one off-site");
  assert.equal(
    line({}, "shared"),
    "3 copies; NOT on two disks here: the live data and the local repository share one; one off-site",
  );
  const { mongo } = status.stores;
  assert.ok(mongo !== undefined);
  const stores = { ...status.stores, mongo: { ...mongo, offsite: null } };
  assert.equal(line({ stores }), "NOT 3 copies but 2; NOTHING off-site", "one store that lacks it is enough");
  assert.equal(line({ stores: {} }), "NOT 3 copies but 1; NOTHING off-site");
});
