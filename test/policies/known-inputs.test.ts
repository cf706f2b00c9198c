import assert from "node:assert/strict";
import { test } from "node:test";
import { unknownCheckingProxy } from "@pulumi/policy";
import { knownInputs } from "../../policies/known-inputs.ts";
import { unknownValue } from "../../policies/stack-view.ts";

/** The SDK exports it without its type. */
const asThePackSees = unknownCheckingProxy as (inputs: object) => object;

/** How the engine writes a text that it does not know yet. */
const unknownOnTheWire = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("what a preview cannot know becomes a sign, wherever it lies, and everything else stays readable", () => {
  const inputs = {
    name: "a",
    secrets: [{ id: unknownOnTheWire, file: "f" }],
    image: unknownOnTheWire,
    triggers: ["a", unknownOnTheWire],
  };
  assert.deepEqual(knownInputs(asThePackSees(inputs)), {
    name: "a",
    secrets: [{ id: unknownValue, file: "f" }],
    image: unknownValue,
    triggers: ["a", unknownValue],
  });
});
