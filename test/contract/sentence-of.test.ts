import assert from "node:assert/strict";
import { test } from "node:test";
import { causeSentenceOf, sentenceOf } from "../../contract/sentence-of.ts";

const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
const everyAddressRefused = Object.assign(new AggregateError([refused]), { code: "ECONNREFUSED" });

test("an error says its message, anything else that was thrown is said as it is", () => {
  assert.equal(sentenceOf(new Error("disk full", { cause: refused })), "disk full");
  assert.equal(sentenceOf("disk full"), "disk full");
  assert.equal(sentenceOf(undefined), "undefined");
});

test("an error that only says that it failed is told by its cause", () => {
  assert.equal(causeSentenceOf(new TypeError("fetch failed", { cause: refused })), refused.message);
  assert.equal(causeSentenceOf(new TypeError("fetch failed", { cause: "nothing known" })), "fetch failed");
  assert.equal(causeSentenceOf(new Error("no checksum")), "no checksum");
  assert.equal(causeSentenceOf("no checksum"), "no checksum");
});

test("a cause without words is told by its code, else the error by itself", () => {
  assert.equal(
    causeSentenceOf(new TypeError("fetch failed", { cause: everyAddressRefused })),
    "ECONNREFUSED",
  );
  assert.equal(causeSentenceOf(new TypeError("fetch failed", { cause: new Error("") })), "fetch failed");
});
