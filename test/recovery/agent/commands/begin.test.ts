import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { beginCommand } from "../../../../recovery/agent/commands/begin.ts";
import { foundCommand } from "../../../../recovery/agent/commands/found.ts";
import { openCommand } from "../../../../recovery/agent/commands/open-close.ts";
import { beginResultSchema } from "../../../../contract/begin-result.ts";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import { beginJournal } from "../../../../recovery/restore/journal/begin-journal.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { tagsOf } from "../../../../recovery/point/point-tags.ts";
import { findings, request } from "../../restore/phases/findings-fixture.ts";
import { agentFixture, machineId, type AgentFixture } from "../agent-fixture.ts";

const headKey = "/kaleem-backup/lineage/head.json";
const said = { yes: '{"firstInstall":true}\n', no: '{"firstInstall":false}\n' } as const;

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.local.there = false;
  agent.offsite.there = false;
  agent.files.set(layout.closed, "closed");
  agent.docker.containers.set("edge1", { service: "nginx", startedAt: "t", paused: false });
});
afterEach(() => agent.stop());

const begin = async (word: keyof typeof said) => {
  const answer = await beginCommand(agent.context, said[word]);
  return beginResultSchema.parse(answer);
};
const isClosed = (): boolean => agent.files.has(layout.closed);

async function refusal(word: keyof typeof said): Promise<RecoveryError> {
  const before = new Map(agent.files);
  const error: unknown = await begin(word).then(
    () => assert.fail("it began"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  assert.deepEqual(agent.files, before, "a refusal changes nothing");
  return error;
}

function hasHead(): void {
  const head = { lineage: "prod-1", generation: 7, host: "f".repeat(32), stack: "prod", parent: null };
  const body = JSON.stringify({ ...head, changedAt: "2026-11-01T00:00:00.000Z" });
  agent.s3.objects.set(headKey, { body, version: 1 });
}

function hasPoints(): void {
  agent.offsite.there = true;
  const tags = tagsOf({
    id: "20261120T031000Z-77c1",
    lineage: "prod-1",
    generation: 1,
    instant: "2026-11-20T03:10:00.000Z",
    stores: ["mongo"],
  });
  agent.offsite.list = [
    { id: "s1", host: "prod-1", time: "2026-11-20T03:10:00.000Z", tags: [...tags], bytes: 1 },
  ] as unknown as typeof agent.offsite.list;
}

function hasUnfinishedRestore(): void {
  const plan = planRestore(findings(), request());
  assert.ok(!Array.isArray(plan));
  const journal = beginJournal(plan, new Date("2026-11-20T03:20:00Z"));
  agent.files.set(`${layout.agentState}/restore.json`, JSON.stringify(journal));
}

test("a new platform that was said to be one is founded and opened; again, it serves, whatever is said", async () => {
  const first = await begin("yes");
  assert.equal(first.state, "founded");
  assert.match(first.why, /^lineage test-[0-9a-f]{8}$/);
  assert.equal(isClosed(), false);
  const head = agent.s3.objects.get(headKey);
  for (const word of ["yes", "no"] as const)
    assert.equal((await begin(word)).state, "serves", `firstInstall ${word}`);
  assert.equal(agent.s3.objects.get(headKey), head);
});

test("a new platform of which nobody said so stays closed, and nothing is written", async () => {
  const before = new Map(agent.files);
  assert.deepEqual(await begin("no"), {
    state: "new",
    why: "the data root is empty and the bucket has no head and no points",
  });
  assert.deepEqual(agent.files, before);
  assert.equal(agent.s3.objects.has(headKey), false);
});

const lost: readonly [what: string, put: () => void, why: RegExp, exitCode: number][] = [
  ["a head", hasHead, /head.*lineage prod-1, generation 7/, exitCodes.alreadyFounded],
  ["points", hasPoints, /1 points?/, exitCodes.alreadyFounded],
  [
    "an unfinished restore",
    hasUnfinishedRestore,
    /is unfinished.*\(at "locate"\)/i,
    exitCodes.restoreUnfinished,
  ],
];
for (const [what, put, why, exitCode] of lost) {
  test(`with ${what} it waits, closed, and a first install is refused`, async () => {
    put();
    const waits = await begin("no");
    assert.equal(waits.state, "waits");
    assert.match(waits.why, why);
    const error = await refusal("yes");
    assert.equal(error.exitCode, exitCode);
    assert.match(
      error.message,
      /^This is no first install; nothing was founded or opened, and the platform stays closed\. /,
    );
    assert.match(error.message, why);
    assert.ok(isClosed());
  });
}

test("a bucket that cannot be asked is an error: it could be a lost platform's", async () => {
  agent.s3.refuse = { status: 503, code: "SlowDown" };
  for (const word of ["yes", "no"] as const)
    assert.equal((await refusal(word)).exitCode, exitCodes.offsiteUnreachable);
});

test("a host that serves is not asked about its bucket", async () => {
  await begin("yes");
  agent.s3.refuse = { status: 503, code: "SlowDown" };
  assert.equal((await begin("no")).state, "serves");
});

test("a platform that was closed by hand stays closed", async () => {
  await begin("yes");
  agent.files.set(layout.closed, "closed");
  assert.equal((await begin("yes")).state, "serves");
  assert.ok(isClosed());
});

/** What a founding that was killed at this moment leaves. */
const killed: readonly [when: string, spoil: () => void][] = [
  ["after its intention", () => agent.s3.objects.delete(headKey) && agent.files.delete(layout.lineage)],
  ["after the head", () => agent.files.delete(layout.lineage)],
  ["after the lineage", () => undefined],
];
for (const [when, spoil] of killed) {
  test(`a founding that was killed ${when} is gone on with, whether it is said again or not`, async () => {
    for (const word of ["no", "yes"] as const) {
      await foundCommand(agent.context, "prod-1");
      const lineage = JSON.stringify({ lineage: "prod-1", generation: 1, host: machineId });
      agent.files.set(layout.founding, lineage);
      agent.files.set(layout.closed, "closed");
      spoil();
      const answer = await begin(word);
      assert.deepEqual(answer, { state: "founded", why: "lineage prod-1" });
      assert.equal(isClosed(), false, "the edge is open");
      assert.equal(agent.files.has(layout.founding), false);
      assert.deepEqual(JSON.parse(agent.files.get(layout.lineage) ?? ""), JSON.parse(lineage));
    }
  });
}

test("another request is refused in a sentence", async () => {
  for (const input of ["", "true", '{"firstInstall":"yes"}', '{"firstInstall":true,"more":1}'])
    await assert.rejects(beginCommand(agent.context, input), {
      exitCode: exitCodes.usage,
      message:
        'begin: expected {"firstInstall": true} or {"firstInstall": false} on stdin, got something else: run `pulumi up` with the same version as this agent.',
    });
});

test("the platform of nobody is not opened by hand: nothing of it would ever be shipped", async () => {
  for (const put of [() => undefined, hasHead, hasPoints]) {
    put();
    await assert.rejects(openCommand(agent.context), {
      exitCode: exitCodes.failed,
      message:
        "This data root is of no lineage, so nothing of it would ever be shipped, and it stays closed: run `./kaleem restore` to bring data here, or `kaleem-agent found` if this platform is new.",
    });
    assert.ok(isClosed());
    assert.deepEqual(agent.docker.calls, []);
  }
});
