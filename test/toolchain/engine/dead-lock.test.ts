import assert from "node:assert/strict";
import { test } from "node:test";
import { areLocksDead } from "../../../toolchain/engine/dead-lock.ts";

/** As engine 3.259.0 tells locks, in a folder and in a bucket. */
const words = (...owners: string[]) =>
  [
    `error: the stack is currently locked by ${owners.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.`,
    ...owners.map(
      (owner, index) =>
        `  s3://state/.pulumi/locks/organization/kaleem-platform/staging/${index}.json: created by ${owner} at 2026-11-30T10:00:00Z`,
    ),
  ].join("\n");
const dead = (text: string) => areLocksDead(text, "here", (pid) => pid === "7");

test("a lock of a process of this machine that is gone is a dead one", () => {
  assert.equal(dead(words("root@here (pid 99)")), true);
  assert.equal(dead(words("root@here (pid 99)", "deploy@here (pid 100)")), true);
});

test("a lock of a living process, of another machine, or one beside a dead one stays", () => {
  assert.equal(dead(words("root@here (pid 7)")), false);
  assert.equal(dead(words("root@there (pid 99)")), false);
  assert.equal(dead(words("root@here (pid 99)", "root@there (pid 99)")), false);
});

test("words that are not understood, or are about something else, take no lock away", () => {
  assert.equal(
    dead("error: the stack is currently locked by 1 lock(s). In words of another version."),
    false,
  );
  assert.equal(dead("error: x: created by root@here (pid 99) at 2026-11-30T10:00:00Z"), false);
});
