import { secretsOf } from "../../../catalog/definition.ts";
import assert from "node:assert/strict";
import test from "node:test";
import { configKeys } from "../../../components/config/config-keys.ts";
import { secretKeys } from "../../../components/config/secret-keys.ts";
import { catalog } from "../../../catalog/catalog.ts";
import { catalog as sampleCatalog } from "../../catalog/sample-catalog.ts";

const keys = configKeys(catalog);

/** Fails with every problem, one a line, the key path first. */
function none(problems: readonly string[]) {
  assert.ok(problems.length === 0, `\n${problems.join("\n")}`);
}

test("every key says what it means and what to write there", () => {
  none([
    ...keys.filter(({ meaning }) => meaning === "").map(({ path }) => `${path}: has no .describe(…)`),
    ...keys
      .filter(({ form }) => form === "")
      .map(({ path }) => `${path}: has no title; use a field of fields.ts`),
  ]);
});

test("the keys of a block, of a block in it and of each kind of a block are found", () => {
  const paths = new Set(keys.map(({ path }) => path));
  for (const path of [
    "host",
    "backups.keep.daily",
    "dataVolume.sizeGiB",
    "dataVolume.device",
    "applications.<name>.replicas",
    "applications.<name>.health.path",
  ])
    assert.ok(paths.has(path), path);
});

test("a key with a default is not required, and its default is told", () => {
  assert.deepEqual(
    keys
      .filter(({ path }) => /^edge\.[^.]+$/.test(path))
      .map(({ path, required, fallback }) => [path, required, fallback]),
    [
      ["edge.serverName", true, undefined],
      ["edge.tls", true, undefined],
      ["edge.maxBody", false, "10MiB"],
    ],
  );
});

test("every secret is explained by exactly one definition of the catalog", () => {
  const owners = (key: string) =>
    catalog.filter((definition) => definition.secretMeanings?.[key] !== undefined).map(({ name }) => name);
  const ofServices = new Set(catalog.flatMap((definition) => Object.values(secretsOf(definition))));
  none([
    ...[...ofServices]
      .filter((key) => owners(key).length !== 1)
      .map(
        (key) =>
          `${key}: expected one definition with secretMeanings of it, got ${owners(key).join(", ") || "none"}`,
      ),
    ...catalog.flatMap((definition) =>
      Object.keys(definition.secretMeanings ?? {})
        .filter((key) => !Object.values(secretsOf(definition)).includes(key))
        .map((key) => `${key}: explained by ${definition.name}, which does not use it`),
    ),
    ...Object.entries(secretKeys(catalog))
      .filter(([, { meaning }]) => meaning === "")
      .map(([key]) => `${key}: has no meaning`),
  ]);
});

test("a secret names every service that gets it", () => {
  assert.deepEqual(secretKeys(sampleCatalog)["mongo-app-password"]?.usedBy.slice(0, 2), ["mongo", "api"]);
});
