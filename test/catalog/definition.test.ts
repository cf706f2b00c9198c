import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "./sample-catalog.ts";
import { isApplication } from "../../catalog/definition.ts";

test("what serves customers is an application; stores and what watches over the platform are none", () => {
  const names = catalog.filter(isApplication).map(({ name }) => name);
  assert.deepEqual(names, ["embedding", "api", "worker-1", "worker-2", "webhooks"]);
});
