import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { agreeService } from "../../../operator/agent/agree-service.ts";
import { renderPlan } from "../../../operator/screens/render-restore.ts";
import { planRestore } from "../../../recovery/restore/plan/plan.ts";
import { findings, request } from "../../recovery/restore/phases/findings-fixture.ts";

const mongo = { name: "mongo", what: "the data of mongo" };
const root = { lineage: "kaleem-a1", generation: 1, host: "host-old" };
const plan = planRestore(findings({ root, liveBytes: 2_000_000 }), request({ service: "mongo" }));
assert.ok(!Array.isArray(plan));
const usage = (message: string) => (error: unknown) =>
  error instanceof RecoveryError && error.exitCode === exitCodes.usage && error.message === message;

test("the store's own name is typed, or agreed to beforehand", async () => {
  await agreeService({ ...mongo, yes: false, ask: () => Promise.resolve(" mongo\n") });
  await agreeService({ ...mongo, yes: true, ask: null });
});

test("another name, or nobody, ends it before anything is changed", async () => {
  await assert.rejects(
    agreeService({ ...mongo, yes: false, ask: () => Promise.resolve("redis") }),
    usage('restore: expected the name mongo, got "redis"; nothing was changed.'),
  );
  await assert.rejects(
    agreeService({ ...mongo, yes: false, ask: null }),
    usage(
      "restore: nobody is here to agree that the data of mongo is replaced; nothing was changed. Add --yes.",
    ),
  );
});

test("the plan says what is replaced, how it comes back, and for how long the store is away", () => {
  const text = renderPlan(plan);
  assert.match(
    text,
    /^Restore of mongo on prod from point 20261120T031000Z-77c1 \(2026-11-20T03:10:00\.000Z, offsite\), about /,
  );
  assert.match(
    text,
    /replaces: the current data of mongo, 2\.0 MB; it is kept on the host, and comes back with \.\/kaleem restore --undo 20261120T032000Z-mongo-from/,
  );
  assert.match(text, /away: mongo for about 4 min; what needs it fails meanwhile, the rest is served/);
  assert.match(text, /stays: lineage kaleem-a1, generation 1/);
});
