import assert from "node:assert/strict";
import test from "node:test";
import type { ServiceSettings } from "../../components/config/schema.ts";
import { enabledServices } from "../../catalog/switches.ts";
import { inStartOrder } from "../../catalog/start-order.ts";
import { madeUpApplication } from "./made-up.ts";

const names = (definitions: readonly { name: string }[]) => definitions.map(({ name }) => name);

test("a service comes after those it needs; the catalog's order holds otherwise", () => {
  const order = inStartOrder([
    { name: "api", needs: ["embedding", "mongo"] },
    { name: "grafana", needs: ["loki"] },
    { name: "embedding" },
    { name: "loki", needs: ["embedding"] },
  ]);
  assert.deepEqual(names(order), ["embedding", "api", "loki", "grafana"]);
});

test("each service comes once, whoever else needs it", () => {
  const order = inStartOrder([{ name: "a", needs: ["c"] }, { name: "b", needs: ["c"] }, { name: "c" }]);
  assert.deepEqual(names(order), ["c", "a", "b"]);
});

test("an optional service runs as its definition says, until the stack file says otherwise; others always run", () => {
  const catalog = [
    madeUpApplication({ name: "off", optional: { enabledByDefault: false } }),
    madeUpApplication({ name: "on", optional: { enabledByDefault: true } }),
    madeUpApplication({ name: "always" }),
  ];
  const settings = (enabled: boolean): ServiceSettings => ({ memory: "1GiB", cpus: 1, enabled });
  assert.deepEqual(names(enabledServices(catalog, {})), ["on", "always"]);
  assert.deepEqual(
    names(enabledServices(catalog, { off: settings(true), on: settings(false), always: settings(false) })),
    ["off", "always"],
  );
});
