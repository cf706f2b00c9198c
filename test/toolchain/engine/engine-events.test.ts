import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineEventReader, type ResourceProgress } from "../../../toolchain/engine/engine-events.ts";

const urn = (name: string): string => `urn:pulumi:local::kaleem::docker:index/service:Service::${name}`;
const step = (event: string, op: string, name: string): string =>
  JSON.stringify({ [event]: { metadata: { op, urn: urn(name), type: "docker:index/service:Service" } } });
const diagnostic = (severity: string, message: string, name?: string): string =>
  JSON.stringify({
    diagnosticEvent: { severity, message, ...(name === undefined ? {} : { urn: urn(name) }) },
  });

function readAll(lines: readonly string[]): { reader: EngineEventReader; seen: ResourceProgress[] } {
  const seen: ResourceProgress[] = [];
  let clock = 0;
  const reader = new EngineEventReader((progress) => seen.push(progress), { now: () => (clock += 1500) });
  for (const line of lines) reader.read(line);
  return { reader, seen };
}

test("each step of a changing resource is told once, with its name and seconds", () => {
  const { seen } = readAll([
    step("resourcePreEvent", "update", "api"),
    step("resOutputsEvent", "update", "api"),
    step("resOutputsEvent", "update", "api"),
    step("resourcePreEvent", "delete-replaced", "a::b"),
    step("resOpFailedEvent", "delete-replaced", "a::b"),
  ]);
  assert.deepEqual(
    seen.map(({ name, action, seconds }) => [name, action, seconds]),
    [
      ["api", "updating", 0],
      ["api", "updated", 1.5],
      ["a::b", "deleting", 0],
      ["a::b", "failed", 1.5],
    ],
  );
});

test("resources that stay the same are only counted", () => {
  const { reader, seen } = readAll([
    step("resourcePreEvent", "same", "api"),
    step("resOutputsEvent", "same", "api"),
    JSON.stringify({ summaryEvent: { resourceChanges: { same: 3, update: 1 } } }),
  ]);
  assert.deepEqual(seen, []);
  assert.deepEqual(reader.record().changes, { create: 0, update: 1, delete: 0, replace: 0, same: 3 });
});

test("errors and warnings are kept apart, once each, with their resource and without colours", () => {
  const { reader } = readAll([
    diagnostic("error", "<{%fg 1%}>it broke<{%reset%}>\n", "api"),
    diagnostic("error", "it broke", "api"),
    diagnostic("warning", "mind this"),
    diagnostic("debug", "noise"),
    diagnostic("error", "<{%reset%}>\n"),
  ]);
  assert.deepEqual(reader.record().errors, ["api: it broke"]);
  assert.deepEqual(reader.record().warnings, ["mind this"]);
});

test("a line that is no event is an error, not silence", () => {
  assert.throws(() => readAll(["not json"]), SyntaxError);
});

test("a policy's refusal is an error, and one that could not run is not taken for kept", () => {
  const policyEvent = (enforcementLevel: string, message: string) =>
    JSON.stringify({ policyEvent: { policyName: "memory-limited", enforcementLevel, message } });
  const { reader } = readAll([
    policyEvent("mandatory", "<{%reset%}>api: no limit<{%reset%}>\n"),
    policyEvent("advisory", "can't run policy during preview"),
  ]);
  assert.deepEqual(reader.record().errors, ["policy memory-limited: api: no limit"]);
  assert.deepEqual(reader.record().warnings, ["policy memory-limited: can't run policy during preview"]);
});
