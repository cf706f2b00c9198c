import assert from "node:assert/strict";
import { test } from "node:test";
import { checkResource } from "../../../../toolchain/providers/docker/plan/check.ts";
import type { ResourceSchema } from "../../../../toolchain/providers/docker/schema/field.ts";
import { networkSchema } from "../../../../toolchain/providers/docker/schema/network.ts";
import { secretSchema } from "../../../../toolchain/providers/docker/schema/secret.ts";
import { serviceSchema } from "../../../../toolchain/providers/docker/schema/service.ts";
import { Secret, unknown } from "../../../../toolchain/providers/protocol/value.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";

const check = (schema: ResourceSchema, news: PropertyMap, olds: PropertyMap = {}, seed = 1) =>
  checkResource(schema, { news, olds, randomSeed: new Uint8Array([seed]) }, "one");

const reasons = (schema: ResourceSchema, news: PropertyMap): string[] =>
  (check(schema, news).failures ?? []).map((failure) => failure.reason);

test("makes a name from the logical one, another for each new resource, and keeps it while the resource lives", () => {
  const { inputs } = check(networkSchema, { driver: "overlay" });
  assert.match(JSON.stringify(inputs["name"]), /^"one-[0-9a-f]{7}"$/);
  assert.notEqual(check(networkSchema, {}, {}, 2).inputs["name"], inputs["name"]);
  assert.equal(check(networkSchema, {}, inputs, 2).inputs["name"], inputs["name"]);
});

test("makes a new name when one that was given is left out", () => {
  const { inputs } = check(networkSchema, {}, { __defaults: [], name: "mine" });
  assert.match(JSON.stringify(inputs["name"]), /^"one-/);
});

test("marks a secret's data for encryption, and lets a value that is not known yet pass", () => {
  assert.deepEqual(check(secretSchema, { data: "eA==" }).inputs["data"], new Secret("eA=="));
  assert.equal(check(secretSchema, { data: unknown }).inputs["data"], unknown);
  assert.deepEqual(check(secretSchema, { data: unknown }).failures, []);
});

test("never repeats a secret that is no base64", () => {
  assert.deepEqual(reasons(secretSchema, { data: "p@ss word" }), [
    "The value is not base64 of the standard alphabet. The value is not base64 of the standard alphabet. Examine values at 'one.data'.",
  ]);
});

test("reports every problem at once, each with its path", () => {
  const container = {
    image: "x",
    comands: ["x"],
    privileges: {},
    init: "yes",
    mounts: [{ type: "nfs", target: 1 }],
  };
  const news = { taskSpec: { containerSpec: container, placement: { prefs: ["spread"] } }, labels: "a=b" };
  assert.deepEqual(reasons(serviceSchema, news).sort(), [
    "'nfs' doesn't match the pattern '^(bind|volume|tmpfs)$'. 'nfs' doesn't match the pattern '^(bind|volume|tmpfs)$'. Examine values at 'one.taskSpec.containerSpec.mounts[0].type'.",
    "Incorrect type: a list of objects is wanted. Examine values at 'one.labels'.",
    "Incorrect type: a text is wanted. Examine values at 'one.taskSpec.containerSpec.mounts[0].target'.",
    "Incorrect type: true or false is wanted. Examine values at 'one.taskSpec.containerSpec.init'.",
    "The stand-in docker provider does not know this property. Examine values at 'one.taskSpec.containerSpec.comands', or use the official docker plugin.",
    "The stand-in docker provider does not support this property. Examine values at 'one.taskSpec.containerSpec.privileges', or use the official docker plugin.",
    "The stand-in docker provider does not support this property. Examine values at 'one.taskSpec.placement.prefs', or use the official docker plugin.",
  ]);
});

test("refuses what only Docker can say", () => {
  assert.match(
    reasons(networkSchema, { scope: "swarm" }).join(),
    /computes this property, it cannot be given.*one\.scope/,
  );
});
