import assert from "node:assert/strict";
import { test } from "node:test";
import { applyExemptions } from "../../policies/apply-exemptions.ts";
import { type Exemption, exemptions } from "../../policies/exemptions.ts";
import { allRules } from "../../policies/rules/all.ts";

const violation = { rule: "memory-limited", resource: "api-service", sentence: "api-service: no limit" };
const exemption: Exemption = {
  rule: "memory-limited",
  resource: "api-service",
  stacks: ["prod"],
  reason: "measured next week",
  expires: "2027-01-31",
};
const sentences = (given: Exemption, today = "2027-01-31", found = [violation], stack = "prod") =>
  applyExemptions(found, [given], { stack, today }).map(({ sentence }) => sentence);

test("an exemption covers its violation until the end of its last day", () => {
  assert.deepEqual(sentences(exemption), []);
});

test("an expired exemption is a violation, and what it covered is one again", () => {
  assert.deepEqual(sentences(exemption, "2027-02-01"), [
    "api-service: no limit",
    "exemption of api-service from memory-limited: expected a last day that is not over, got 2027-01-31; fix the cause, or decide again",
  ]);
});

test("an exemption that nothing needs any more is a violation", () => {
  assert.deepEqual(sentences(exemption, "2027-01-01", []), [
    "exemption of api-service from memory-limited: expected a violation that it covers, got none; remove it",
  ]);
});

test("an exemption covers neither another rule, nor another resource, nor another stack", () => {
  for (const other of [{ rule: "images-by-digest" }, { resource: "mongo-service" }])
    assert.ok(sentences({ ...exemption, ...other }).includes("api-service: no limit"));
  assert.deepEqual(sentences(exemption, "2027-01-01", [violation], "staging"), ["api-service: no limit"]);
});

test("an exemption without a reason or a real day covers nothing", () => {
  for (const [spoilt, got] of [
    [{ reason: " " }, '" " and "2027-01-31"'],
    [{ expires: "2027-13-01" }, '"measured next week" and "2027-13-01"'],
  ] as const)
    assert.deepEqual(sentences({ ...exemption, ...spoilt }), [
      "api-service: no limit",
      `exemption of api-service from memory-limited: expected a reason and a last day such as 2027-01-31, got ${got}; complete it`,
    ]);
});

test("every exemption names a rule that exists", () => {
  const rules = new Set(allRules.map(({ name }) => name));
  assert.deepEqual(
    exemptions.filter(({ rule }) => !rules.has(rule)),
    [],
  );
});
