import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { nameFromText, textOfName } from "../../../recovery/point/byte-name.ts";

const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

test("text is left as it is, in any language", () => {
  for (const text of ["mongo/a b", "طلبات/٣", "-rf --", "\"'\\", "emoji 🧾"])
    assert.equal(textOfName(latin1(text)), text);
});

test("what is no text, ends a line or turns it around is written as bytes", () => {
  assert.equal(textOfName("caf\u00e9"), "caf%E9");
  assert.equal(textOfName("a\nb\u001b[31m"), "a%0Ab%1B[31m");
  assert.equal(textOfName("100%"), "100%25");
  assert.equal(textOfName(latin1("a\u202eb\u0085")), "a%E2%80%AEb%C2%85");
});

test("any name can be had back from its words", () => {
  for (let length = 1; length < 300; length += 1) {
    const name = randomBytes(length).toString("latin1");
    assert.equal(nameFromText(textOfName(name)), name);
    assert.doesNotMatch(textOfName(name), /[\u0000-\u001f]/);
  }
  for (const name of ["%E9", latin1("é%"), "\u0001", latin1("\u202e")])
    assert.equal(nameFromText(textOfName(name)), name);
});
