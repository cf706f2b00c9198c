import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMap, encodeMap } from "../../../../toolchain/providers/protocol/codec.ts";
import {
  hasUnknown,
  outputSignature,
  revealMap,
  Secret,
  secretSignature,
  signatureKey,
  unknown,
  unknownText,
} from "../../../../toolchain/providers/protocol/value.ts";

const output = (fields: object): object => ({
  [signatureKey]: outputSignature,
  dependencies: ["urn"],
  ...fields,
});

test("takes output values for what they hold: a value, a secret, or an unknown", () => {
  const json = {
    a: output({ value: 1 }),
    b: output({ value: "p", secret: true }),
    c: output({}),
    d: output({ secret: true }),
  };
  assert.deepEqual(decodeMap(json), { a: 1, b: new Secret("p"), c: unknown, d: new Secret(unknown) });
});

test("leaves assets and archives as they are", () => {
  const asset = { [signatureKey]: "c44067f5952c0a294b673a41bacd8c17", text: "x" };
  assert.deepEqual(decodeMap({ asset }), { asset });
});

test("drops what is undefined and keeps null", () => {
  assert.deepEqual(encodeMap({ a: undefined, b: null, c: { d: undefined } }), { b: null, c: {} });
});

test("wraps secrets, but never an unknown", () => {
  const wrapped = { [signatureKey]: secretSignature, value: ["x"] };
  assert.deepEqual(encodeMap({ a: new Secret(["x"]), b: new Secret(unknown) }), {
    a: wrapped,
    b: unknownText,
  });
});

test("reveals secrets at any depth, and finds unknowns there", () => {
  const properties = { a: [new Secret({ b: new Secret("x") })], c: undefined };
  assert.deepEqual(revealMap(properties), { a: [{ b: "x" }] });
  assert.equal(hasUnknown({ a: [new Secret([unknown])] }), true);
  assert.equal(hasUnknown(properties), false);
});
