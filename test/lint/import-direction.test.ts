import assert from "node:assert/strict";
import path from "node:path";
import { Linter } from "eslint";
import { test } from "node:test";

const repository = path.resolve(import.meta.dirname, "../..");
// By path: the configuration is plain JavaScript, without types.
const { default: config } = (await import(path.join(repository, "eslint.config.js"))) as {
  default: Linter.Config[];
};
const plugins = config.find((block) => block.plugins?.["kaleem"] !== undefined)?.plugins ?? {};

/** What the rule says to one line of a file at this path. */
function verdict(file: string, line: string): string[] {
  const linter = new Linter({ cwd: repository });
  const rules = { "kaleem/import-direction": "error" } as const;
  const messages = linter.verify(line, [{ files: ["**/*.ts"], plugins, rules }], {
    filename: path.join(repository, file),
  });
  return messages.map(({ message }) => message);
}

const refused: readonly [file: string, line: string, message: RegExp][] = [
  [
    "components/host/vps.ts",
    'import { x } from "../../local/instance.ts";',
    /^local\/instance\.ts: local\/ is only what/,
  ],
  [
    "recovery/restore/plan/plan.ts",
    'const x = await import("../local/instance.ts");',
    /^local\/instance\.ts: /,
  ],
  ["index.ts", 'export * from "./local/instance.ts";', /^local\/instance\.ts: /],
  [
    "recovery/restore/plan/plan.ts",
    'import "../components/services/swarm-service.ts";',
    /^components\/services\/swarm-service\.ts: recovery knows/,
  ],
  [
    "recovery/restore/plan/plan.ts",
    'export { x } from "../components/host/host-file.ts";',
    /^components\/host\/host-file\.ts: recovery knows/,
  ],
  [
    "recovery/agent/main.ts",
    'import * as pulumi from "@pulumi/pulumi";',
    /^@pulumi\/pulumi: this must run where there is no Pulumi/,
  ],
  ["catalog/mongo/mongo.ts", 'import "@pulumi/docker";', /no Pulumi/],
  ["components/text/ini.ts", 'import "../config/schema.ts";', /components\/text is pure/],
  ["local/app/main.ts", 'import "../local/app/api/memory-stores.ts";', /only tests use tests/],
];
for (const [file, line, message] of refused) {
  test(`${file} may not say: ${line}`, () => {
    assert.match(verdict(file, line).join("\n"), message);
  });
}

const allowed: readonly [file: string, line: string][] = [
  ["operator/commands/up.ts", 'import "../instance.ts";'],
  ["operator/commands/up.ts", 'import "../../contract/layout.ts";'],
  ["test/local/instance.test.ts", 'import "../../local/instance.ts";'],
  [
    "recovery/restore/verify/verify.ts",
    'import "../components/services/catalog.ts"; import "../components/outputs.ts";',
  ],
  ["recovery/restore/verify/verify.ts", 'import "../components/services/mongo/recovery.ts";'],
  ["components/host/baseline.ts", 'import "../../contract/layout.ts"; import "@pulumi/command";'],
  ["components/services/swarm-service.ts", 'import "@pulumi/docker";'],
];
for (const [file, line] of allowed) {
  test(`${file} may say: ${line}`, () => {
    assert.deepEqual(verdict(file, line), []);
  });
}
