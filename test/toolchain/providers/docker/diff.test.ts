import assert from "node:assert/strict";
import { test } from "node:test";
import { diffResource } from "../../../../toolchain/providers/docker/plan/diff.ts";
import { plan } from "../../../../toolchain/providers/docker/plan/plan.ts";
import { refreshedInputs } from "../../../../toolchain/providers/docker/plan/refreshed-inputs.ts";
import { serviceSchema } from "../../../../toolchain/providers/docker/schema/service.ts";
import { keepNulls } from "../../../../toolchain/providers/docker/service/keep-nulls.ts";
import { keepSets } from "../../../../toolchain/providers/docker/service/keep-sets.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";

// What the recordings do not show; the rest is in recordings.test.ts.

const task = (change: PropertyMap, container: PropertyMap = {}): PropertyMap => ({
  name: "svc",
  taskSpec: { containerSpec: { image: "x", isolation: "default", ...container }, ...change },
});

/** As after an update: planned twice, since a new resource still has nulls. */
const state = (inputs: PropertyMap): PropertyMap =>
  plan(serviceSchema.fields, inputs, plan(serviceSchema.fields, inputs, {}));

const diff = (olds: PropertyMap, news: PropertyMap, ignoreChanges: readonly string[] = []) =>
  diffResource(serviceSchema, { id: "1", state: state(olds), news, oldInputs: olds, ignoreChanges });

test("leaves out what the program ignores, and says nothing changed when nothing else did", () => {
  const news = task({}, { image: "y", user: "1:1" });
  assert.deepEqual(Object.keys(diff(task({}), news, ["taskSpec.containerSpec.image"]).detailedDiff ?? {}), [
    "taskSpec.containerSpec.user",
  ]);
  assert.equal(diff(task({}), news, ["taskSpec"]).changes, "none");
});

test("takes equal failure ratios for equal however they are written", () => {
  const config = (maxFailureRatio: string) => ({ ...task({}), updateConfig: { maxFailureRatio } });
  assert.equal(diff(config("0.0"), config("0")).changes, "none");
  assert.equal(diff(config("0.0"), config("0.5")).changes, "some");
});

test("sees aliases as a set", () => {
  const network = (...aliases: string[]) => task({ networksAdvanceds: [{ id: "n", aliases }] });
  assert.equal(diff(network("a", "b"), network("b", "a")).changes, "none");
  assert.deepEqual(diff(network("a"), network("b")).replaces, ["__meta"]);
});

test("after a refresh shows the platforms that a registry named, when the program gives a placement without them", () => {
  const placement = { constraints: ["node.role==manager"] };
  const prior = state(
    task({ placement: { ...placement, platforms: [{ architecture: "amd64", os: "linux" }] } }),
  );
  const request = { id: "1", state: prior, news: task({ placement }), oldInputs: {}, ignoreChanges: [] };
  assert.deepEqual(diffResource(serviceSchema, request).detailedDiff, {
    "taskSpec.placement.platforms": { kind: "DELETE" },
  });
  const ignoring = { ...request, ignoreChanges: ["taskSpec.placement.platforms"] };
  assert.equal(diffResource(serviceSchema, ignoring).changes, "none");
  assert.equal(diffResource(serviceSchema, { ...request, news: task({}) }).changes, "none");
});

test("keeps what Docker computed when the program leaves it out", () => {
  const prior = { ...state(task({})), endpointSpec: { mode: "vip", ports: [] } };
  assert.deepEqual(plan(serviceSchema.fields, task({}), prior)["endpointSpec"], { mode: "vip", ports: [] });
});

test("keeps null for a new resource where Docker answers an empty list or object", () => {
  const planned = { args: null, env: null, labels: [], user: null, inner: { a: null } };
  const answered = { args: [], env: {}, labels: [], user: "", inner: { a: [], b: [] } };
  const kept = { args: null, env: null, labels: [], user: "", inner: { a: null, b: [] } };
  assert.deepEqual(keepNulls(planned, answered), kept);
});

test("keeps a set as it was planned, whatever Docker made of it", () => {
  const planned = task({
    networksAdvanceds: [{ name: "by-name" }],
    placement: { constraints: ["c"], platforms: [] },
  });
  const answered = task({
    networksAdvanceds: [{ id: "1" }],
    placement: { constraints: ["c"], platforms: [{ architecture: "amd64", os: "linux" }], maxReplicas: 0 },
  });
  const kept = task({
    networksAdvanceds: [{ name: "by-name" }],
    placement: { constraints: ["c"], platforms: [], maxReplicas: 0 },
  });
  assert.deepEqual(keepSets(serviceSchema.fields, planned, answered), kept);
  assert.deepEqual(keepSets(serviceSchema.fields, task({}), answered), answered);
});

test("makes inputs for an import from everything that is not empty", () => {
  const read = { auth: null, name: "svc", labels: [], mode: { global: false, replicated: { replicas: 1 } } };
  assert.deepEqual(refreshedInputs(serviceSchema.fields, {}, read), {
    __defaults: [],
    name: "svc",
    mode: { global: false, replicated: { replicas: 1 } },
  });
});
