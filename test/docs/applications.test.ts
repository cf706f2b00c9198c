import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { catalogOf } from "../../operator/stack/stack-catalog.ts";
import { textOf } from "./support/sources.ts";

const page = "docs/applications.md";
const blocks = [...textOf(page).matchAll(/^```yaml\n(kaleem:applications:\n[\s\S]*?)^```$/gm)].map(
  ([, text = ""]) => parse(text) as Readonly<Record<string, unknown>>,
);

function definitionOf(name: string): ServiceDefinition {
  const block = blocks.findLast((each) => name in (each["kaleem:applications"] as object));
  assert.ok(block, `${page} describes no application ${name}`);
  const found = catalogOf({ config: block }, page).find((one) => one.name === name);
  assert.ok(found);
  return found;
}

test("every block of the page that describes applications is one that a stack's file may hold", () => {
  assert.ok(blocks.length >= 5, `${blocks.length} blocks`);
  for (const block of blocks) assert.ok(catalogOf({ config: block }, page).length > 0);
});

test("a server with files of its own keeps them where its image has them, as its image's user", () => {
  const workflows = definitionOf("workflows");
  assert.ok(workflows.kind === "files");
  assert.deepEqual(workflows.data, { "/home/node/.n8n": "application-workflows" });
  assert.equal(workflows.secretEnv, undefined, "no entry point has to be written");
});

test("a server of static files without a shell is asked nothing inside its container", () => {
  const site = definitionOf("site");
  assert.deepEqual(site.health.argv, []);
  for (const file of Object.values(site.files ?? {})) assert.ok(existsSync(file), String(file));
});

test("a server that keeps everything in MongoDB gets its address with the password as a secret variable alone", () => {
  const parseServer = definitionOf("parse");
  assert.equal(parseServer.kind, "stateless");
  assert.deepEqual(Object.keys(parseServer.secretEnv ?? {}), [
    "PARSE_SERVER_DATABASE_URI",
    "PARSE_SERVER_MASTER_KEY",
  ]);
  assert.deepEqual(parseServer.env, { PARSE_SERVER_APPLICATION_ID: "shop" });
});
