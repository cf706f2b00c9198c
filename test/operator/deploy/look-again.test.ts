import assert from "node:assert/strict";
import { test } from "node:test";
import { lookAgain } from "../../../operator/deploy/look-again.ts";

/** Fails so often with these words, then says how often it was asked. */
function failing(times: number, words: string): () => Promise<number> {
  let asked = 0;
  return () => {
    asked += 1;
    return asked <= times ? Promise.reject(new Error(words)) : Promise.resolve(asked);
  };
}

for (const words of [
  "sh failed with exit code 1: Error: No such object: 481229add653",
  "sh failed with exit code 1: Error: No such container: 481229add653",
  "sh failed with exit code 1: no such service: q3x0",
])
  test(`what went while it was looked at is no failure: ${words}`, async () => {
    assert.equal(await lookAgain(failing(2, words)), 3);
  });

test("what goes on being named though it is not there is told", async () => {
  await assert.rejects(lookAgain(failing(5, "Error: No such object: x")), {
    message: "Error: No such object: x",
  });
});

test("any other failure is told at once", async () => {
  await assert.rejects(lookAgain(failing(1, "connection refused")), { message: "connection refused" });
});
