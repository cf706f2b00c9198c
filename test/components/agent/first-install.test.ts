import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram, settledNext, validValues } from "../support/program.ts";

test("a first install that is said in the stack's file is what the agent is asked for, and wins over a decision of before", async () => {
  const answer = '{"state":"founded","why":"lineage staging-1"}\n';
  const { declared, outputs } = await runProgram(
    { ...validValues(), firstInstall: "true" },
    "staging",
    answer,
  );
  const decision = declared.find(({ name }) => name === "lineage-decision");
  assert.equal(decision?.inputs["stdin"], '{"firstInstall":true}\n');
  assert.deepEqual(decision.ignoreChanges, []);
  assert.equal(await settledNext(outputs), null);
});
