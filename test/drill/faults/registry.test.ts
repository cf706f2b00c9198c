import assert from "node:assert/strict";
import test from "node:test";
import { causes } from "../../../drill/faults/causes.ts";
import { checkNames } from "../../../drill/faults/checks.ts";
import { harmless } from "../../../drill/faults/harmless.ts";
import { allFaults } from "../../../drill/faults/registry.ts";
import { subjects, subjectOf } from "../../../drill/faults/stores.ts";
import { catalog } from "../../../catalog/catalog.ts";

const byFamily = Map.groupBy(allFaults, ({ family }) => family);

test("at least 25 alterations of stores, four a store or more, one of them of equal count and size", () => {
  const inStores = allFaults.filter(({ site }) => site === "store");
  assert.ok(inStores.length >= 25, String(inStores.length));
  for (const { store, faults } of subjects) {
    assert.ok(faults.length >= 4, store);
    assert.ok(
      faults.some(({ equalSize }) => equalSize === true),
      store,
    );
  }
});

test("at least 40 other faults, three a family or more", () => {
  assert.ok(allFaults.filter(({ site }) => site !== "store").length >= 40);
  for (const [family, faults] of byFamily) assert.ok(faults.length >= 3, family);
});

test("a name begins with its family, is nobody else's, and says in words what is wrong", () => {
  const names = [...allFaults.map(({ fault }) => fault.name), ...harmless.map(({ name }) => name)];
  assert.equal(new Set(names).size, names.length);
  for (const { family, fault } of allFaults) {
    assert.ok(fault.name.startsWith(`${family}-`), fault.name);
    assert.ok(fault.what.length > 10 && fault.named.length > 0, fault.name);
  }
});

test("each check of the verdict has a fault that only it finds", () => {
  const only = new Set(allFaults.filter(({ fault }) => fault.only === true).map(({ fault }) => fault.check));
  assert.deepEqual(
    checkNames.filter((check) => !only.has(check)),
    [],
  );
});

test("each cause is that of a fault", () => {
  const known = new Set<string>(allFaults.map(({ fault }) => fault.cause));
  assert.deepEqual(
    Object.keys(causes).filter((cause) => !known.has(cause)),
    [],
  );
});

test("subjects are stores of the catalog; what none is known of is said", () => {
  const stores = catalog.flatMap((service) => (service.kind === "stateful" ? [service.name] : []));
  for (const { store } of subjects) assert.ok(stores.includes(store), store);
  assert.throws(() => subjectOf("paper"), /^Error: no faults are known of the store paper$/);
});
