import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { refusedByTheDead } from "../../../toolchain/engine/dead-lock.ts";

/** As the engine says it, for one lock or several. */
function refusal(...owners: (readonly [host: string, pid: number])[]): string {
  const lines = owners.map(
    ([host, pid]) =>
      `  s3://states/.pulumi/locks/organization/kaleem/prod/${pid}.json: created by ops@${host} (pid ${pid}) at 2026-11-30T12:00:00Z`,
  );
  return [
    `error: the stack is currently locked by ${owners.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.`,
    ...lines,
  ].join("\n");
}
const judged = (text: string, alive: readonly string[] = []) =>
  refusedByTheDead(text, "here", (pid) => alive.includes(pid));

test("a lock of a process of this machine that is gone stands against nobody", () => {
  assert.equal(judged(refusal(["here", 7])), true);
  assert.equal(judged(refusal(["here", 7], ["here", 8])), true);
});

test("a lock of a living process, or of another machine, does; and so does one that is not told in full", () => {
  assert.equal(judged(refusal(["here", 7]), ["7"]), false);
  assert.equal(judged(refusal(["there", 7])), false);
  assert.equal(judged(refusal(["here", 7], ["there", 8])), false);
  assert.equal(judged(refusal(["here", 7]).replace("by 1 lock", "by 2 lock")), false);
  assert.equal(judged("error: the stack is currently locked by 1 lock(s)."), false);
  assert.equal(judged("error: no stack named 'prod' found"), false);
});

test("processes are looked for on this machine", () => {
  assert.equal(refusedByTheDead(refusal([hostname(), process.pid])), false);
  assert.equal(refusedByTheDead(refusal([hostname(), 4_194_304])), true);
});
