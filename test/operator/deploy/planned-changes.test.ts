import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../catalog/sample-catalog.ts";
import { agree, type Agreement } from "../../../operator/deploy/agree.ts";
import { describePlan, type PlannedChange } from "../../../operator/deploy/planned-changes.ts";

const service = (name: string, kind: PlannedChange["kind"]): PlannedChange => ({
  name: `${name}-service`,
  type: "docker:index/service:Service",
  kind,
});
const file = (kind: PlannedChange["kind"]): PlannedChange => ({
  name: "edge-configuration",
  type: "command:remote:Command",
  kind,
});

test("a plan without changes is unchanged", () => {
  assert.deepEqual(describePlan([], catalog), { lines: [], dataAtRisk: [], unchanged: true });
});

test("services are named, other resources counted, and stores that stand still for it are told", () => {
  const { lines, dataAtRisk } = describePlan(
    [service("api", "update"), service("mongo", "update"), file("update"), file("create")],
    catalog,
  );
  assert.deepEqual(lines, [
    "  create   1 resource",
    "  update   services api, mongo and 1 other resource",
    "  stores that are stopped and started once: mongo; what needs them waits a few seconds",
  ]);
  assert.deepEqual(dataAtRisk, []);
});

test("a store that would be replaced or deleted is data at risk; an application is not", () => {
  const { dataAtRisk } = describePlan(
    [service("redis", "delete"), service("mongo", "replace"), service("api", "replace")],
    catalog,
  );
  assert.deepEqual(dataAtRisk, ["mongo", "redis"]);
});

const harmless = describePlan([service("api", "update")], catalog);
const risky = describePlan([service("mongo", "replace")], catalog);
const answering =
  (answer: string): NonNullable<Agreement["ask"]> =>
  () =>
    Promise.resolve(answer);
const silent: Agreement = { yes: false, replaceData: [], ask: null };

test("nothing is asked where nothing changes", async () => {
  await agree("prod", describePlan([], catalog), silent);
});

test("a person who says yes agrees; anything else does not, and nobody at all is told about --yes", async () => {
  await agree("prod", harmless, { ...silent, ask: answering("y") });
  await agree("prod", harmless, { ...silent, yes: true });
  await assert.rejects(agree("prod", harmless, { ...silent, ask: answering("") }), {
    message: "up: not agreed; nothing was changed.",
  });
  await assert.rejects(agree("prod", harmless, silent), {
    message: "up: stack prod would change, and nobody is here to agree; nothing was changed. Add --yes.",
  });
});

test("--yes never covers data: its name has to be typed or given", async () => {
  const message =
    "up: mongo holds data and would be replaced or deleted; nothing was changed. " +
    "If that is what you want, add --replace-data mongo.";
  await assert.rejects(agree("prod", risky, { ...silent, yes: true }), { message });
  await assert.rejects(agree("prod", risky, { ...silent, yes: true, replaceData: ["redis"] }), { message });
  await assert.rejects(agree("prod", risky, { ...silent, yes: true, ask: answering("mong") }), { message });
  await agree("prod", risky, { ...silent, yes: true, ask: answering("mongo") });
  await agree("prod", risky, { ...silent, yes: true, replaceData: ["mongo"] });
});
