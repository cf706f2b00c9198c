import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil, type Clock } from "../../contract/wait-until.ts";

/** A clock that moves only while somebody waits; what it was asked for. */
function madeUpClock(): Clock & { readonly pauses: number[] } {
  let now = 5_000;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
      now += milliseconds;
    },
  };
}

const often = { limitMs: 1_000, everyMs: 300 };

/** Answers one of these after another, the last one again and again; throws those that are errors. */
function looks<T>(...answers: readonly (T | Error)[]): () => Promise<T> {
  let next = 0;
  return async () => {
    const answer = answers[Math.min(next++, answers.length - 1)] as T | Error;
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

test("what is there at once is returned without a pause", async () => {
  const clock = madeUpClock();
  assert.equal(await waitUntil(looks(7), { ...often, clock, late: () => "never" }), 7);
  assert.deepEqual(clock.pauses, []);
});

test("undefined and false mean not yet; null, zero and nothing written are answers", async () => {
  const clock = madeUpClock();
  const look = looks<string | undefined | false>(undefined, false, "there");
  assert.equal(await waitUntil(look, { ...often, clock, late: () => "never" }), "there");
  assert.deepEqual(clock.pauses, [300, 300]);
  for (const answer of [null, 0, ""] as const)
    assert.equal(await waitUntil(() => answer, { ...often, late: () => "never" }), answer);
});

test("when the time is over the last look was after it, and the sentence is thrown", async () => {
  const clock = madeUpClock();
  const late = async () => "no answer within 1 s; look at its log";
  await assert.rejects(waitUntil(looks(false), { ...often, clock, late }), {
    name: "Error",
    message: "no answer within 1 s; look at its log",
  });
  assert.deepEqual(clock.pauses, [300, 300, 300, 300]);
});

test("there is one look even when there is no time", async () => {
  const none = { limitMs: 0, everyMs: 300, clock: madeUpClock() };
  assert.equal(await waitUntil(looks("there"), { ...none, late: () => "never" }), "there");
  await assert.rejects(waitUntil(looks(undefined, "there"), { ...none, late: () => "late" }), {
    message: "late",
  });
});

test("an error of its own class is thrown as it is", async () => {
  const own = new RangeError("late");
  const clock = madeUpClock();
  await assert.rejects(waitUntil(looks(false), { ...often, clock, late: () => own }), own);
});

test("without words for it the end of the time is no error", async () => {
  assert.equal(
    await waitUntil(looks<number | undefined>(undefined), { ...often, clock: madeUpClock() }),
    undefined,
  );
});

test("what a look throws ends the wait, unless it only means not yet", async () => {
  const busy = new Error("busy");
  const broken = new Error("broken");
  const waiting = { ...often, clock: madeUpClock(), notYet: (error: unknown) => error === busy };
  await assert.rejects(waitUntil(looks(busy), { ...often, late: () => "never" }), busy);
  await assert.rejects(waitUntil(looks(busy, broken), { ...waiting, late: () => "never" }), broken);
  assert.equal(await waitUntil(looks<unknown>(busy, "there"), { ...waiting, late: () => "never" }), "there");
});

test("the sentence knows what the last look threw, and only that", async () => {
  const busy = new Error("busy");
  const waiting = {
    ...often,
    notYet: () => true,
    late: (last?: Error) => `late: ${last?.message ?? "no error"}`,
  };
  const thrown = { message: "late: busy", cause: busy };
  await assert.rejects(waitUntil(looks(busy), { ...waiting, clock: madeUpClock() }), thrown);
  const last = { message: "late: no error" };
  await assert.rejects(
    waitUntil(looks<unknown>(busy, undefined), { ...waiting, clock: madeUpClock() }),
    last,
  );
});

test("an aborted wait ends with the signal's reason, before a look and between two", async () => {
  const reason = new Error("stopped by the operator");
  const forever = { limitMs: 3_600_000, everyMs: 3_600_000, late: () => "never" };
  const look = () => assert.fail("nobody may look any more");
  await assert.rejects(waitUntil(look, { ...forever, signal: AbortSignal.abort(reason) }), reason);
  const stop = new AbortController();
  const ended = waitUntil(
    () => {
      setImmediate(() => stop.abort(reason));
      return false;
    },
    { ...forever, signal: stop.signal },
  );
  await assert.rejects(ended, reason);
});
