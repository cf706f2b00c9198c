import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { secretKeys } from "../../../components/config/secret-keys.ts";
import { stackFileSchema } from "../../../components/config/stack-file-schema.ts";
import { catalog } from "../../../catalog/catalog.ts";
import { composeStackFile, parseStackFile, renderStackFile } from "../../../operator/stack/stack-file.ts";
import { secrets, validValues } from "../support/program.ts";

const root = new URL("../../../", import.meta.url);
const committed = (stack: string) => readFileSync(new URL(`Pulumi.${stack}.yaml`, root), "utf8");
const schema = stackFileSchema(catalog);
// The secrets that are known by name have the form of those that applications bring along, too.
const validate = new Ajv({ allErrors: true, strict: true, allowMatchingProperties: true }).compile(schema);

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly oneOf?: readonly Node[];
}

/** Paths of the keys, at any depth, that an editor would have nothing to say of. */
function unexplained(node: Node, prefix = ""): string[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([key, child]) => [
    ...(child.description ? [] : [`${prefix}${key}`]),
    ...unexplained(child, `${prefix}${key}.`),
  ]);
  return [...own, ...(node.oneOf ?? []).flatMap((kind) => unexplained(kind, prefix))];
}

/** What the schema says against a file: path and message, one a line. */
function complaints(file: unknown): string {
  if (validate(file)) return "";
  return (validate.errors ?? [])
    .map(({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`)
    .join("\n");
}

/** The local stack's file with one block of the settings changed. */
function spoiled(key: string, value: unknown) {
  const file = parse(committed("local")) as { config: Record<string, unknown> };
  return { ...file, config: { ...file.config, [key]: value } };
}

test("an editor can explain every key of the file", () => {
  assert.deepEqual(unexplained(schema), []);
});

for (const stack of ["local", "staging", "prod"]) {
  test(`Pulumi.${stack}.yaml names the schema to editors, fits it, and has no secret`, () => {
    const text = committed(stack);
    assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=./schemas/stack.schema.json");
    assert.equal(complaints(parse(text)), "");
    assert.doesNotMatch(text, /^\s*secure:/m);
  });
}

test("the working copy that `./kaleem up` writes fits too, whole and with its secrets", () => {
  const found = Object.entries(validValues()).flatMap(([key, text]): [string, unknown][] =>
    key in secrets ? [] : [[key, /^[[{tf]/.test(text) ? JSON.parse(text) : text]],
  );
  const secure = Object.keys(secretKeys(catalog)).map(
    (key) => [`kaleem:${key}`, { secure: "v1:abc" }] as const,
  );
  const before = { encryptionsalt: "v1:salt", config: Object.fromEntries(secure) };
  const copy = composeStackFile(
    parseStackFile(committed("local"), "Pulumi.local.yaml"),
    before,
    Object.fromEntries(found),
  );
  assert.equal(complaints(parse(renderStackFile(copy))), "");
});

const refused: readonly [what: string, file: unknown, message: RegExp][] = [
  [
    "a misspelt key",
    spoiled("kaleem:backup", {}),
    /^\/config: must NOT have additional properties .*"kaleem:backup"/,
  ],
  ["a key of another namespace", spoiled("kalem:closed", true), /"kalem:closed"/],
  [
    "a misspelt key in a block",
    spoiled("kaleem:edge", { serverName: "localhost", tls: { kind: "self-signed" }, maxbody: "1MiB" }),
    /^\/config\/kaleem:edge: .*"maxbody"/,
  ],
  ["a wrong type", spoiled("kaleem:closed", "maybe"), /^\/config\/kaleem:closed: must be boolean/],
  [
    "a size without its unit",
    spoiled("kaleem:edge", { serverName: "localhost", tls: { kind: "self-signed" }, maxBody: "10" }),
    /^\/config\/kaleem:edge\/maxBody: must match pattern/,
  ],
  [
    "a number beyond its bounds",
    spoiled("kaleem:dataVolume", { kind: "loop", sizeGiB: 0 }),
    /\/config\/kaleem:dataVolume\/sizeGiB: must be >= 1/,
  ],
  [
    "a block that lacks a key",
    spoiled("kaleem:edge", {}),
    /^\/config\/kaleem:edge: must have required property 'serverName'/,
  ],
  [
    "a secret in plain text",
    spoiled("kaleem:redis-password", "plain"),
    /^\/config\/kaleem:redis-password: must be object/,
  ],
  ["a key beside config", { config: {}, confg: {} }, /^: must NOT have additional properties .*"confg"/],
];
for (const [what, file, message] of refused) {
  test(`an editor refuses ${what}`, () => {
    assert.match(complaints(file), message);
  });
}
