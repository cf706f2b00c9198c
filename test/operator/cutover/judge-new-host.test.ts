import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeNewHost, type NewHostView } from "../../../operator/cutover/judge-new-host.ts";
import { name, next, restoredHost } from "./situations.ts";

const wanted = { stack: "prod", address: next, name };
const said = (view: NewHostView) => judgeNewHost(view, wanted);

test("a host that is open, the head, verified and healthy is let through", () => {
  assert.deepEqual(said(restoredHost()), []);
});

test("a platform that was founded, and never restored, needs no verified restore", () => {
  const view = restoredHost();
  const founded = { lineage: "l-1", generation: 1, host: "new-machine" };
  const status = { ...view.status, founded, lastProven: null };
  assert.deepEqual(said({ ...view, status, head: { ...headOf(view), ...founded, parent: null } }), []);
});

function headOf({ head }: NewHostView): NonNullable<NewHostView["head"]> {
  assert.ok(head !== null);
  return head;
}

const { status } = restoredHost();
const head = headOf(restoredHost());
const proven = status.lastProven;
assert.ok(proven !== null);
const cases: readonly [title: string, spoilt: Partial<NewHostView>, exitCode: number, says: RegExp][] = [
  [
    "a closed platform",
    { status: { ...status, closed: true } },
    1,
    /^host 203\.0\.113\.9: expected a platform that is open, got a closed one/,
  ],
  [
    "an unfinished restore",
    { status: { ...status, restore: { running: false, unfinished: { id: "r-2", phase: "verify" } } } },
    23,
    /restore r-2 has not ended \(it is at verify\)/,
  ],
  ["the host of another stack", { status: { ...status, stack: "staging" } }, 2, /got that of staging/],
  [
    "a platform that refuses writes",
    { status: { ...status, writesBlocked: { since: "2027-02-01T01:00:00Z", refusing: ["mongo"] } } },
    40,
    /refuses them for want of space since 2027-02-01T01:00:00Z/,
  ],
  [
    "a service that is not healthy",
    { status: { ...status, services: status.services.map((one) => ({ ...one, healthy: 0 })) } },
    42,
    /got mongo 0 of 1/,
  ],
  ["data that nobody founded", { status: { ...status, founded: null } }, 24, /got none on the host/],
  ["a bucket without a head", { head: null }, 10, /nothing was ever shipped from this host/],
  [
    "a host that another one superseded",
    { head: { ...head, generation: 3, host: "other-machine" } },
    20,
    /got generation 3 on other-machine since 2027-02-01T02:31:00\.000Z, and generation 2 here: two hosts would take writes/,
  ],
  [
    "a restore that was never verified",
    { status: { ...status, lastProven: null } },
    31,
    /expected the restore of 20270201T020000Z.*to be verified, got no verified restore/,
  ],
  [
    "a verified restore of another point than the one that it grew from",
    { status: { ...status, lastProven: { ...proven, point: "20260101T000000Z" } } },
    31,
    /got one of 20260101T000000Z/,
  ],
  [
    "an edge that does not answer at the address",
    { edge: { status: null, text: "no answer within 3000 ms" } },
    1,
    /^edge at 203\.0\.113\.9: expected 200 .* got no answer within 3000 ms/,
  ],
  [
    "an edge with a certificate for other names",
    { certificateFits: false },
    3,
    /certificate for kaleem\.example\.com/,
  ],
];

for (const [title, spoilt, exitCode, says] of cases)
  test(`${title} is refused`, () => {
    const [refusal, ...more] = said({ ...restoredHost(), ...spoilt });
    assert.deepEqual(more, []);
    assert.ok(refusal !== undefined);
    assert.equal(refusal.exitCode, exitCode);
    assert.match(refusal.sentence, says);
  });

test("every reason is told at once", () => {
  const view = restoredHost();
  const spoilt = { ...view, head: null, status: { ...view.status, closed: true }, certificateFits: false };
  assert.equal(said(spoilt).length, 3);
});
