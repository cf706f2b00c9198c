import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { nextOf } from "../../../components/agent/lineage.ts";
import { type Declared, hostKey, runProgram, settledNext, validValues } from "../support/program.ts";

/** A stack whose file says nothing of a first install, on a host whose data are elsewhere. */
let declared: readonly Declared[] = [];
let outputs: unknown;
before(async () => {
  const answer = '{"state":"waits","why":"the bucket has a head"}\n';
  ({ declared, outputs } = await runProgram(validValues(), "staging", answer));
});

const named = (name: string): Declared => {
  const found = declared.find((each) => each.name === name);
  assert.ok(found, `${name} is declared`);
  return found;
};

test("the decision is the agent's, on the host, and the setting is its input", () => {
  const { inputs } = named("lineage-decision");
  assert.equal(inputs["create"], "/usr/local/bin/kaleem-agent begin");
  assert.equal(inputs["stdin"], '{"firstInstall":false}\n');
  assert.deepEqual(inputs["triggers"], [hostKey]);
});

test("that a first install is said no more is no change", () => {
  assert.deepEqual(named("lineage-decision").ignoreChanges, ["stdin"]);
});

test("it is decided once services and edge are there, and timers start after it", () => {
  const after = named("lineage-decision").dependencies.map((urn) => urn.split("::").at(-1));
  for (const name of ["nginx-service", "api-service", "agent-program"]) assert.ok(after.includes(name), name);
  const timer = named("backups-point-service-content").dependencies.map((urn) => urn.split("::").at(-1));
  assert.ok(timer.includes("lineage-decision"));
});

test("a platform that waits for its data names the one command that brings them back", async () => {
  assert.equal(
    await settledNext(outputs),
    "./kaleem recover --stack staging --host root@127.0.0.1 --port 20010",
  );
});

const host = { user: "deploy", address: "192.0.2.7", port: 2222 };
const nexts: readonly [state: string, next: string | null][] = [
  ["serves", null],
  ["founded", null],
  ["waits", "./kaleem recover --stack prod --host deploy@192.0.2.7 --port 2222"],
  ["new", "./kaleem up --stack prod --first-install"],
];
for (const [state, next] of nexts) {
  test(`what is next when the agent says ${state}`, () => {
    assert.equal(nextOf(JSON.stringify({ state, why: "w" }), "prod", host), next);
  });
}

test("an answer of another version is an error, never taken for a platform that serves", () => {
  for (const answer of ["{}", '{"state":"open","why":""}', "kaleem"])
    assert.throws(() => nextOf(answer, "prod", host));
  assert.equal(pulumi.getStack(), "staging");
});
