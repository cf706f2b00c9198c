import assert from "node:assert/strict";
import { test } from "node:test";
import { pino } from "pino";
import { dimensions, embed } from "../../../../local/app/embedding/embed.ts";
import { embeddingRole } from "../../../../local/app/embedding/role.ts";

const likeness = (a: string, b: string) => {
  const other = embed(b);
  return embed(a).reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0);
};

test("gives a unit vector of 64 numbers for any text, also for none", () => {
  for (const text of ["tea ada", "", "!!", "شاي", "a".repeat(5000), "𝕥𝕖𝕒"]) {
    const vector = embed(text);
    assert.equal(vector.length, dimensions);
    assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-9, text);
  }
});

test("gives the same vector on every machine: stored vectors stay comparable", () => {
  const places = embed("tea").flatMap((value, place) =>
    value === 0 ? [] : [`${place}:${value.toFixed(3)}`],
  );
  assert.deepEqual(places, ["4:-0.500", "24:0.500", "30:-0.500", "51:-0.500"]);
});

test("puts likes nearer than strangers, whatever their case", () => {
  assert.ok(likeness("green tea ada", "black tea ada") > likeness("green tea ada", "iron bolts grace"));
  assert.ok(likeness("orders", "order") > 0.3);
  assert.ok(Math.abs(likeness("Green TEA", "green tea") - 1) < 1e-9);
});

function server() {
  const { make } = embeddingRole({});
  return make(pino({ level: "silent" })).server;
}

test("answers a vector for each text, counts them, and is ready by itself", async () => {
  const role = server();
  const payload = { texts: ["tea", "coffee"] };
  const answer = await role.inject({ method: "POST", url: "/embed", payload });
  assert.deepEqual([answer.statusCode, answer.json()], [200, { vectors: [embed("tea"), embed("coffee")] }]);
  const health = await role.inject("/health");
  assert.deepEqual([health.statusCode, health.json()], [200, { status: "ok", stores: {} }]);
  assert.match((await role.inject("/metrics")).body, /^kaleem_embedding_texts_total 2$/m);
});

test("refuses what is no list of texts, with a sentence", async () => {
  const role = server();
  for (const [payload, said] of [
    [{}, /^Expected \{"texts": \[\.\.\.\]\}: texts: /],
    [{ texts: [] }, /texts: Too small/],
    [{ texts: ["a", 1] }, /texts\.1: Invalid input: expected string/],
    [{ texts: ["a"], model: "large" }, /Unrecognized key: "model"/],
    [{ texts: Array.from({ length: 65 }, () => "a") }, /texts: Too big/],
  ] as const) {
    const answer = await role.inject({ method: "POST", url: "/embed", payload });
    assert.equal(answer.statusCode, 400);
    assert.match(answer.json<{ error: string }>().error, said);
  }
});
