import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SwarmUpdate } from "../../../../recovery/docker/swarm-service.ts";
import { nothingSeen, type Seen, withLook } from "../../../../recovery/agent/measure/seen-deployments.ts";

const now = new Date("2026-01-02T03:04:05Z");
const at = (second: number) => `2026-01-02T03:03:${String(second).padStart(2, "0")}.123456789Z`;
const iso = (second: number) => `2026-01-02T03:03:${String(second).padStart(2, "0")}.123Z`;

function update(state: string, began: number, ended: number | null = null): SwarmUpdate {
  return {
    state,
    startedAt: at(began),
    completedAt: ended === null ? null : at(ended),
    message: `update ${state}`,
  };
}

/** One service through several looks. */
function looks(...seenImages: readonly (readonly [image: string, update: SwarmUpdate | null])[]): {
  readonly seen: Seen;
  readonly ended: readonly string[];
} {
  let seen = nothingSeen;
  const ended: string[] = [];
  for (const [image, swarm] of seenImages) {
    const look = withLook(seen, [{ name: "api", image, update: swarm }], now);
    seen = look.seen;
    ended.push(...look.ended.map(({ number, outcome }) => `${number} ${outcome}`));
  }
  return { seen, ended };
}

const told = (seen: Seen) =>
  seen.deployments.map(({ number, from, to, outcome }) => `${number}: ${from} → ${to ?? "?"} ${outcome}`);

describe("what the host sees of deployments", () => {
  it("a service that is seen for the first time was made, not deployed to", () => {
    assert.deepEqual(looks(["a", null]).seen.deployments, []);
    assert.deepEqual(looks(["a", update("completed", 1, 2)]).seen.deployments, []);
  });

  it("another image is one deployment, however often it is looked at, and ends once", () => {
    const { seen, ended } = looks(
      ["a", null],
      ["b", update("updating", 10)],
      ["b", update("updating", 10)],
      ["b", update("completed", 10, 40)],
      ["b", update("completed", 10, 40)],
    );
    assert.deepEqual(ended, ["1 succeeded"]);
    assert.deepEqual(seen.deployments, [
      {
        number: 1,
        service: "api",
        from: "a",
        to: "b",
        began: iso(10),
        ended: iso(40),
        outcome: "succeeded",
        words: null,
      },
    ]);
  });

  it("one that began and ended between two looks is seen all the same", () => {
    assert.deepEqual(looks(["a", null], ["b", update("completed", 10, 40)]).ended, ["1 succeeded"]);
  });

  it("of a service without tasks Swarm never tells an update: after a minute the image alone says it", () => {
    const look = (before: Seen, second: number) =>
      withLook(before, [{ name: "api", image: "b", update: null }], new Date(now.getTime() + second * 1000));
    const first = look(looks(["a", null]).seen, 0);
    assert.deepEqual(told(first.seen), ["1: a → b under way"]);
    assert.deepEqual(look(first.seen, 30).ended, []);
    const [end] = look(first.seen, 60).ended;
    assert.deepEqual([end?.outcome, end?.began], ["succeeded", now.toISOString()]);
  });

  it("between the new image and the updater's first word, nothing is taken for a success", () => {
    const { ended } = looks(
      ["a", update("completed", 1, 2)],
      ["b", null],
      ["b", update("updating", 10)],
      ["a", update("rollback_completed", 10, 30)],
    );
    assert.deepEqual(ended, ["1 rolled back"]);
  });

  it("one that is rolled back says so, with Swarm's words, and the image is the former one's again", () => {
    const { seen, ended } = looks(
      ["a", null],
      ["b", update("updating", 10)],
      ["a", update("rollback_started", 10)],
      ["a", update("rollback_completed", 10, 50)],
      ["a", update("rollback_completed", 10, 50)],
    );
    assert.deepEqual(ended, ["1 rolled back"]);
    assert.deepEqual(told(seen), ["1: a → b rolled back"]);
    assert.equal(seen.deployments[0]?.words, "update rollback_completed");
    assert.equal(seen.images["api"], "a");
  });

  it("one that was rolled back between two looks is told without the image that nobody saw", () => {
    const { seen, ended } = looks(
      ["a", null],
      ["a", update("rollback_completed", 10, 50)],
      ["a", update("rollback_completed", 10, 50)],
    );
    assert.deepEqual(ended, ["1 rolled back"]);
    assert.deepEqual(told(seen), ["1: a → ? rolled back"]);
  });

  it("a second failure of the same kind is a second deployment", () => {
    const { ended } = looks(
      ["a", null],
      ["a", update("rollback_completed", 10, 20)],
      ["a", update("rollback_completed", 30, 40)],
    );
    assert.deepEqual(ended, ["1 rolled back", "2 rolled back"]);
  });

  it("one that is paused waits for its end, and the next one closes it", () => {
    const { seen, ended } = looks(
      ["a", null],
      ["b", update("updating", 10)],
      ["b", update("paused", 10)],
      ["b", update("paused", 10)],
      ["c", update("completed", 30, 40)],
    );
    assert.deepEqual(ended, ["1 paused", "2 succeeded"]);
    assert.deepEqual(told(seen), ["2: b → c succeeded", "1: a → b paused"]);
  });

  it("another image before the former had settled is a deployment of its own", () => {
    const { seen } = looks(["a", null], ["b", update("updating", 10)], ["c", update("updating", 20)]);
    assert.deepEqual(told(seen), ["2: b → c under way", "1: a → b paused"]);
    assert.equal(seen.deployments[1]?.words, "followed by another deployment");
  });

  it("a restart or a change of settings, with the same image, is none", () => {
    assert.deepEqual(
      looks(["a", null], ["a", update("updating", 10)], ["a", update("completed", 10, 20)]).ended,
      [],
    );
  });

  it("numbers are never given twice, and only so many are kept", () => {
    const many = Array.from({ length: 600 }, (_, index) => [`image-${index}`, null] as const);
    const { seen } = looks(...many);
    assert.equal(seen.next, 600);
    assert.equal(seen.deployments.length, 500);
    assert.equal(seen.deployments[0]?.number, 599);
  });
});
