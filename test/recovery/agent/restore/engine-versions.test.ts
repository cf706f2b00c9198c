import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { engineVersions } from "../../../../recovery/agent/restore/engine-versions.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { madeUpStore } from "../../../catalog/made-up.ts";
import { findings, request } from "../../restore/phases/findings-fixture.ts";
import { manifest } from "../../restore/phases/ports-fixture.ts";

const stores = ["mongo", "redis", "qdrant"].map((name) => madeUpStore({ name }));
const planned = planRestore(findings(), request());
assert.ok(!Array.isArray(planned));
const plan = planned;

async function look(text: string | null, version: (store: string) => Promise<string>, left: string[] = []) {
  const leftOut = left.map((store) => ({ store, sentence: "" }));
  const ports = { repository: { manifest: async () => text }, access: { version } };
  const found = await engineVersions({ stores }, { ...plan, leftOut }, ports);
  return found.map(({ store, held, present }) => `${store} ${held} ${present}`);
}
const told = JSON.stringify(manifest());

test("holds the point's versions against those that run; of stores that both have", async () => {
  assert.deepEqual(await look(told, async () => "9.0.0"), ["mongo 8.0.3 9.0.0", "redis 8.0.3 9.0.0"]);
  assert.deepEqual(await look(told, async () => "9.0.0", ["redis"]), ["mongo 8.0.3 9.0.0"]);
});

test("a store that does not answer is not judged; a defect is not hidden", async () => {
  const down = async (store: string): Promise<string> => {
    if (store === "mongo") throw new RecoveryError(exitCodes.storeDown, "down");
    return "9.0.0";
  };
  assert.deepEqual(await look(told, down), ["mongo 8.0.3 null", "redis 8.0.3 9.0.0"]);
  await assert.rejects(
    look(told, () => Promise.reject(new TypeError("x"))),
    TypeError,
  );
});

test("a manifest that is missing or wrong gives none: the fetch refuses it", async () => {
  for (const text of [null, "{", "{}"]) assert.deepEqual(await look(text, async () => "9.0.0"), []);
});
