import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "../../policies/rule.ts";
import { allRules } from "../../policies/rules/all.ts";
import { accountCases } from "./cases/account.ts";
import { alertsCases } from "./cases/alerts.ts";
import { dataCases } from "./cases/data.ts";
import { imagesCases } from "./cases/images.ts";
import { machineCases } from "./cases/machine.ts";
import { portsCases } from "./cases/ports.ts";
import { recoveryCases } from "./cases/recovery.ts";
import { secretsCases } from "./cases/secrets.ts";
import { serviceLimitsCases } from "./cases/service-limits.ts";
import { tlsCases } from "./cases/tls.ts";
import { compliantAccount } from "./support/compliant-account.ts";
import { compliantMachine } from "./support/compliant-machine.ts";
import { compliantView } from "./support/compliant-view.ts";
import type { RefusedCase } from "./support/refused-case.ts";
import { spoiltView } from "./support/spoilt-view.ts";

const cases: readonly (readonly [string, RefusedCase])[] = [
  imagesCases,
  serviceLimitsCases,
  portsCases,
  dataCases,
  recoveryCases,
  alertsCases,
  secretsCases,
  tlsCases,
  accountCases,
  machineCases,
].flatMap((group) => Object.entries(group));

test("a stack that keeps every rule is let through", () => {
  assert.deepEqual(violations(allRules, compliantView()), []);
});

test("an account that keeps every rule is let through, and nothing is asked of it that only machines promise", () => {
  assert.deepEqual(violations(allRules, compliantAccount()), []);
});

test("a stack that declares its machine and keeps every rule is let through", () => {
  assert.deepEqual(violations(allRules, compliantMachine()), []);
});

test("a drill's machine may go, and a bucket of the same provider may be anybody's but prod's", () => {
  const { view, whole, resource, inputs } = spoiltView(compliantMachine);
  whole.set("stack", "drill-aws");
  resource("machine-address").set("protect", false);
  inputs("machine-instance-1").set("disableApiTermination", false);
  inputs("agent-config").replace("stdin", "https://s3.example.com", "https://s3.eu-west-1.amazonaws.com");
  assert.deepEqual(violations(allRules, view), []);
});

for (const [title, { rule, spoil, says, of, alsoOf = [] }] of cases) {
  test(`${title} is refused`, () => {
    const stack = spoiltView(of);
    spoil(stack);
    assert.deepEqual(
      violations(allRules, stack.view).filter((found) => !alsoOf.includes(found.rule)),
      says.map((sentence) => ({ rule, resource: sentence.split(":")[0], sentence })),
    );
  });
}

test("every rule has a case that breaks it", () => {
  const broken = new Set(cases.map(([, { rule }]) => rule));
  assert.deepEqual(
    allRules.map(({ name }) => name).filter((name) => !broken.has(name)),
    [],
  );
});

test("what only the outside must not see is let through on local", () => {
  const { view, whole, inputs } = spoiltView();
  whole.set("stack", "local");
  whole.set("images.store", { ref: "store:1", source: "stand-in" });
  inputs("edge-conf").set("stdin", "server { listen 80; proxy_pass }");
  assert.deepEqual(violations(allRules, view), []);
});

test("an application may say in its settings that it has no health check", () => {
  const { view, whole, container } = spoiltView();
  container("store-service").set("healthcheck.tests", ["NONE"]);
  assert.deepEqual(
    violations(allRules, view).map(({ rule }) => rule),
    ["healthcheck-present"],
  );
  whole.set("catalog", []);
  assert.ok(!violations(allRules, view).some(({ rule }) => rule === "healthcheck-present"));
});

/** The engine shows a pack every secret unwrapped: then nothing can be said about marks, and nothing is. */
test("where marks of secrets are not shown, none is missed", () => {
  const stack = spoiltView();
  for (const { name } of stack.view.resources) stack.resource(name).set("secretPaths", null);
  assert.deepEqual(violations(allRules, stack.view), []);
});
