import assert from "node:assert/strict";
import { test } from "node:test";
import { onceAgentWorks } from "../../../operator/deploy/deploy.ts";
import { EngineEventReader } from "../../../toolchain/engine/engine-events.ts";

/** An engine's run, as its log tells it. */
function told(...steps: readonly (readonly [op: string, name: string])[]): number {
  let times = 0;
  const reader = new EngineEventReader(() => undefined, { onDone: onceAgentWorks(() => (times += 1)) });
  for (const [op, name] of steps) {
    const metadata = { op, urn: `urn:pulumi:prod::kaleem::command:remote:Command::${name}`, type: "t" };
    reader.read(JSON.stringify({ resourcePreEvent: { metadata } }));
    reader.read(JSON.stringify({ resOutputsEvent: { metadata } }));
  }
  return times;
}
const files = ["command", "config", "restic-password", "offsite-credentials"].map(
  (role) => `agent-${role}-content`,
);

test("told once, when the last of what the agent needs is there: made, changed, or as it was", () => {
  const others = files.map((name) => ["create", name] as const);
  assert.equal(told(...others, ["create", "agent-bundle"]), 0);
  for (const op of ["create", "update", "same", "create-replacement"])
    assert.equal(
      told(...others, [op, "agent-program"], [op, "agent-program"], ["create", "mongo-service"]),
      1,
      op,
    );
});

test("a replacement is not there before it was made", () => {
  const others = files.map((name) => ["same", name] as const);
  assert.equal(told(...others, ["delete-replaced", "agent-program"], ["replace", "agent-program"]), 0);
});
