import assert from "node:assert/strict";
import { test } from "node:test";
import { HeldOutput } from "./run-tests.ts";

test("what is held is told when its turn comes, in order, and what follows at once", (context) => {
  const told: string[] = [];
  const write = context.mock.method(process.stdout, "write", (piece: Buffer) => {
    told.push(String(piece));
    return true;
  });
  const output = new HeldOutput();
  output.say(Buffer.from("first"));
  output.say(Buffer.from("second"));
  const before = [...told];
  output.release();
  output.say(Buffer.from("third"));
  write.mock.restore();
  assert.deepEqual(before, []);
  assert.deepEqual(told, ["first", "second", "third"]);
});
