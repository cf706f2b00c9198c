import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { accountConfigSchema } from "../../../components/config/account-schema.ts";
import { keysOf } from "../../../components/config/config-keys.ts";
import { accountFileJsonSchema } from "../../../components/config/stack-file-schema.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";
import { join } from "node:path";

const validate = new Ajv({ allErrors: true, strict: true }).compile(accountFileJsonSchema());
const text = readFileSync(join(repositoryRoot, "Pulumi.account.yaml"), "utf8");

test("Pulumi.account.yaml names the schema to editors, fits it, and has no secret", () => {
  assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=./schemas/account.schema.json");
  assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
  assert.doesNotMatch(text, /^\s*secure:/m);
});

test("what stands in it as an example fits, too", () => {
  const uncommented = text.replaceAll(
    /^( *)# (id|zone|records|  prod|kaleem:|  buckets|  records)(.*)$/gm,
    "$1$2$3",
  );
  const file = parse(uncommented) as { config: Record<string, Record<string, unknown>> };
  assert.deepEqual(Object.keys(file.config), ["kaleem:account", "kaleem:targets", "kaleem:adopt"]);
  assert.ok(file.config["kaleem:account"]?.["records"]);
  assert.ok(validate(file), JSON.stringify(validate.errors));
});

for (const [what, spoil] of [
  ["a machine's key", { "kaleem:host": {} }],
  ["a misspelt key", { "kaleem:account": { buckets: { prod: { buckt: "x" } } } }],
  ["a token in plain text", { "kaleem:cloudflare-api-token": "plain" }],
] as const)
  test(`an editor refuses ${what}`, () => {
    assert.ok(!validate({ config: spoil }));
  });

test("every key of the account says what it means and what to write there", () => {
  for (const { path, meaning, form } of keysOf(accountConfigSchema)) {
    assert.notEqual(meaning, "", path);
    assert.notEqual(form, "", path);
  }
});
