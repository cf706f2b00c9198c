import assert from "node:assert/strict";
import test from "node:test";
import { configKeys } from "../../../components/config/config-keys.ts";
import { reference } from "../../../components/config/reference.ts";
import { secretKeys } from "../../../components/config/secret-keys.ts";
import { catalog } from "../../../catalog/catalog.ts";

const text = reference(catalog, new Set(["services", "edge"]));
const [settings = "", secrets = ""] = text.split("## Secrets");

function firstCells(table: string): Set<string> {
  return new Set([...table.matchAll(/^\| `([^`]+)`/gm)].map(([, key]) => key ?? ""));
}

test("every setting has a row, and every secret", () => {
  const rows = firstCells(settings);
  for (const { path } of configKeys(catalog)) {
    if (/^services\.[^.]+$/.test(path)) continue;
    assert.ok(rows.has(path) || rows.has(path.replace(/^services\.[^.]+/, "services.<name>")), path);
  }
  assert.deepEqual([...firstCells(secrets)], Object.keys(secretKeys(catalog)));
});

test("what the services have alike is written once, and what some have names them", () => {
  assert.equal(settings.match(/services\.<name>\.memory/g)?.length, 1);
  assert.match(settings, /^\| `services\.<name>\.offBecause` .* Of .*\bn8n\b.*\. \|$/m);
  assert.equal(settings.match(/applications\.<name>\.memory/g)?.length, 1);
});

test("what the local stack's file leaves out is marked", () => {
  assert.match(settings, /^\| `offsite\.bucket` ★ \|/m);
  assert.match(settings, /^\| `edge\.maxBody` \|/m);
});

test("no cell is cut in two by a bar in it", () => {
  for (const [row] of secrets.matchAll(/^\| .*$/gm)) {
    assert.equal(row.replaceAll("\\|", "").match(/\|/g)?.length, 5, row);
  }
});
