import assert from "node:assert/strict";
import { test } from "node:test";
import { Patience } from "../../../../local/app/api/patience.ts";
import { StoreError } from "../../../../local/app/store-error.ts";

const away = () => new StoreError("mongo", "away", "mongo cannot be reached: gone");

/** Fails so often with this, then gives how often it was asked. */
function answersAfter(failures: number, error: () => Error = away): () => Promise<number> {
  let asked = 0;
  return () => {
    asked += 1;
    return asked > failures ? Promise.resolve(asked) : Promise.reject(error());
  };
}

test("a store that is away for a moment is waited for, and that is told once", async () => {
  const told: string[] = [];
  const patience = new Patience(5_000, ({ message }) => told.push(message));
  assert.equal(await patience.ask("mongo", answersAfter(2)), 3);
  assert.deepEqual(told, ["mongo cannot be reached: gone"]);
});

test("whoever refuses or fails has answered: that is said at once", async () => {
  const patience = new Patience(5_000, () => assert.fail("waited"));
  for (const kind of ["refused", "failed"] as const)
    await assert.rejects(
      patience.ask(
        "redis",
        answersAfter(1, () => new StoreError("redis", kind, `redis ${kind}`)),
      ),
      { message: `redis ${kind}` },
    );
  await assert.rejects(
    patience.ask(
      "redis",
      answersAfter(1, () => new TypeError("a bug")),
    ),
    TypeError,
  );
});

test("past the limit nobody waits any more, until the store has answered again", async () => {
  let waits = 0;
  const patience = new Patience(600, () => (waits += 1));
  const began = performance.now();
  await assert.rejects(patience.ask("mongo", answersAfter(99)), { kind: "away" });
  assert.ok(performance.now() - began >= 250, "the first one has waited");
  assert.equal(waits, 1);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await assert.rejects(patience.ask("mongo", answersAfter(1)), { kind: "away" });
  assert.equal(waits, 1, "the second one has not");
  assert.equal(await patience.ask("redis", answersAfter(1)), 2, "another store is waited for");
  assert.equal(await patience.ask("mongo", answersAfter(0)), 1);
  assert.equal(
    await patience.ask("mongo", answersAfter(1)),
    2,
    "and so is this one, now that it has answered",
  );
});
