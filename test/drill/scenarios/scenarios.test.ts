import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { catalog } from "../../../catalog/catalog.ts";
import { refuseScenario } from "../../../drill/scenarios/refuse-scenario.ts";
import { scenarioNames } from "../../../drill/scenarios/scenario-name.ts";
import { scenarioOf } from "../../../drill/scenarios/scenarios.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";

const stores = catalog.filter(({ kind }) => kind === "stateful").map(({ name }) => name);

describe("the scenarios", () => {
  for (const name of scenarioNames)
    it(`${name}: is a file of its own, and says in both languages what is lost and what is demanded`, () => {
      const scenario = scenarioOf(name);
      assert.equal(scenario.name, name);
      assert.ok(existsSync(join(repositoryRoot, "drill", "scenarios", `${name}.ts`)));
      const told = [
        scenario.says,
        ...scenario.demands,
        ...(scenario.asks === undefined ? [] : [scenario.asks]),
      ];
      assert.ok(told.length > 1);
      for (const { en, ar } of told) {
        assert.match(en, /^[A-Z][^\u0600-\u06ff]+$/);
        assert.match(ar, /[\u0600-\u06ff]/);
      }
      for (const part of [scenario.loss, scenario.way])
        if ("store" in part) assert.ok(stores.includes(part.store));
      if (scenario.canaries !== "every store")
        for (const store of scenario.canaries) assert.ok(stores.includes(store), store);
    });

  const terminal = { isTerminal: true };
  it("that can be drilled are not refused", () => {
    const can = scenarioNames.filter((name) => refuseScenario(scenarioOf(name), terminal) === null);
    assert.deepEqual(
      can,
      scenarioNames.filter((name) => name !== "region"),
    );
  });

  const refused: [string, string | null, RegExp][] = [
    [
      "a second bucket",
      refuseScenario(scenarioOf("region"), terminal),
      /^scenario region: a drill cannot make a second bucket yet; nothing was touched\. By hand: \.\/kaleem pull/,
    ],
    [
      "a person without a terminal",
      refuseScenario(scenarioOf("monthly-fire"), { isTerminal: false }),
      /^scenario monthly-fire: a person takes part and is asked; run it in a terminal\./,
    ],
    [
      "a store that nothing here can damage",
      refuseScenario({ ...scenarioOf("bad-migration"), loss: { kind: "data", store: "qdrant" } }, terminal),
      /^scenario bad-migration: a drill knows how to destroy the data of redis and minio, not of qdrant/,
    ],
  ];
  for (const [what, sentence, pattern] of refused)
    it(`refuses in one sentence: ${what}`, () => {
      assert.match(sentence ?? "", pattern);
    });
});
