import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeStack } from "../../policies/judge-stack.ts";
import { programView } from "./support/program-view.ts";

const today = new Date().toISOString().slice(0, 10);

test("local as the program declares it keeps every rule, and needs no exemption", async () => {
  const view = await programView("local");
  assert.ok(view.resources.length > 30);
  assert.deepEqual(judgeStack(view, today), []);
});
