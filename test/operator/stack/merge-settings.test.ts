import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeSettings } from "../../../operator/stack/merge-settings.ts";

test("lays mappings over mappings key by key, at every depth", () => {
  const committed = { services: { grafana: { memory: "1GiB", cpus: 1 }, mongo: { cpus: 2 } }, closed: true };
  assert.deepEqual(mergeSettings(committed, { services: { grafana: { enabled: false } }, closed: false }), {
    services: { grafana: { memory: "1GiB", cpus: 1, enabled: false }, mongo: { cpus: 2 } },
    closed: false,
  });
});

test("lists and kinds are replaced as a whole, and nothing given is changed", () => {
  const below = { list: [1, 2], kept: { a: 1 } };
  assert.deepEqual(mergeSettings(below, { list: [3] }), { list: [3], kept: { a: 1 } });
  assert.deepEqual(below, { list: [1, 2], kept: { a: 1 } });
});
