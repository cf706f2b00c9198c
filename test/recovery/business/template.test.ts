import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../../recovery/business/json-path.ts";
import { fill, fillJson, fillPath, placeholdersOf } from "../../../recovery/business/template.ts";

const values = { seq: 7, id: "a/../b {seq}", run: "r1" };

test("placeholders are filled once: what is put in place is not looked through again, and {{ is a brace", () => {
  assert.equal(fill("{seq}: {id} {{seq}} {seq}", values), "7: a/../b {seq} {seq} 7");
  assert.deepEqual(placeholdersOf("{seq} {{run}} {id} {seq}"), ["seq", "id"]);
});

test("what is put into a path stays in its segment", () => {
  assert.equal(fillPath("/things/{id}?run={run}", values), "/things/a%2F..%2Fb%20%7Bseq%7D?run=r1");
});

test("in JSON a text that is one placeholder becomes the value itself, at any depth", () => {
  assert.deepEqual(fillJson({ a: "{seq}", b: ["no {seq}", 1, null, { c: true, d: "{run}" }] }, values), {
    a: 7,
    b: ["no 7", 1, null, { c: true, d: "r1" }],
  });
});

test("a placeholder without a value is an error, not an empty text", () => {
  assert.throws(() => fill("{time}", values), { message: "business check: {time} stands for nothing here" });
});

test("a path finds what is there, and nothing that is not the answer's own", () => {
  const answer = { items: [{ id: "x", "full-name": "y" }], id: 0 };
  assert.equal(valueAt("$", answer), answer);
  assert.equal(valueAt("$.items[0].full-name", answer), "y");
  assert.equal(valueAt("$.id", answer), 0);
  for (const path of ["$.items[1].id", "$.id.more", "$.constructor", "$.items.length.x"])
    assert.equal(valueAt(path, answer), undefined, path);
});
