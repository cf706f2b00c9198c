import assert from "node:assert/strict";
import path from "node:path";
import { Linter } from "eslint";
import { test } from "node:test";
import { repositoryRoot as repository } from "../../workstation/repository.ts";

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
    "components/agent/bundle.ts",
    'import "../../workstation/progress.ts";',
    /components may import contract, catalog, workstation\/repository\.ts\./,
  ],
  ["contract/layout.ts", 'import "../workstation/repository.ts";', /contract may import no other folder/],
  ["workstation/progress.ts", 'import "../contract/layout.ts";', /workstation may import no other folder/],
  ["catalog/mongo/mongo.ts", 'import "../../components/config/schema.ts";', /catalog may import contract\./],
  [
    "components/host/host.ts",
    'import "../../recovery/agent/main.ts";',
    /^recovery\/agent\/main\.ts: components may/,
  ],
  [
    "components/host/host.ts",
    'import { x } from "../../local/instance.ts";',
    /^local\/instance\.ts: components may/,
  ],
  [
    "recovery/restore/execute.ts",
    'export { x } from "../../components/text/ini.ts";',
    /: recovery may import contract, c/,
  ],
  [
    "recovery/restore/execute.ts",
    'const x = await import("../../local/instance.ts");',
    /^local\/instance\.ts: recovery/,
  ],
  ["toolchain/engine/go.ts", 'import "../../contract/layout.ts";', /toolchain may import workstation\./],
  [
    "workstation/progress.ts",
    'import "../contract/sentence-of.ts";',
    /workstation may import no other folder/,
  ],
  [
    "policies/pack.ts",
    'import "../recovery/agent/main.ts";',
    /policies may import contract, catalog, components\./,
  ],
  ["operator/commands/up.ts", 'import "../../drill/drill.ts";', /^drill\/drill\.ts: operator may import/],
  [
    "operator/commands/up.ts",
    'await import("../../local/local-place.ts");',
    /^local\/local-place\.ts: operator may/,
  ],
  [
    "operator/stack/open-place.ts",
    'import "../../local/local-place.ts";',
    /^local\/local-place\.ts: operator may/,
  ],
  [
    "operator/stack/open-place.ts",
    'await import("../../local/instance.ts");',
    /^local\/instance\.ts: operator may/,
  ],
  [
    "operator/commands/up.ts",
    'import "../stack/own-place.ts";',
    /open one with operator\/stack\/open-place\.ts/,
  ],
  ["drill/drill.ts", 'import "../local/local-place.ts";', /^local\/local-place\.ts: drill may import/],
  ["local/instance.ts", 'import "../bench/benchmark.ts";', /local may import/],
  ["index.ts", 'export * from "./local/instance.ts";', /^local\/instance\.ts: index\.ts may import/],
  ["account.ts", 'import "./components/../toolchain/download.ts";', /account\.ts may import components/],
  ["platform.ts", 'import "./local/instance.ts";', /^local\/instance\.ts: platform\.ts may import/],
  ["elsewhere/x.ts", 'import "../contract/layout.ts";', /elsewhere may import no other folder/],
  ["local/app/main.ts", 'import "../../test/local/app/api/memory-stores.ts";', /local may import/],
  [
    "recovery/agent/main.ts",
    'import * as pulumi from "@pulumi/pulumi";',
    /^@pulumi\/pulumi: this must run where there is no/,
  ],
  ["catalog/mongo/mongo.ts", 'import "@pulumi/docker";', /no Pulumi/],
  ["components/text/ini.ts", 'import "../config/schema.ts";', /components\/text is pure/],
];
for (const [file, line, message] of refused) {
  test(`${file} may not say: ${line}`, () => {
    assert.match(verdict(file, line).join("\n"), message);
  });
}

const allowed: readonly [file: string, line: string][] = [
  [
    "toolchain/engine/go.ts",
    'import "../../contract/sentence-of.ts"; import "../../contract/wait-until.ts";',
  ],
  ["operator/commands/up.ts", 'import "../stack/stack.ts"; import "../../contract/layout.ts";'],
  ["operator/stack/open-place.ts", 'const x = await import("../../local/local-place.ts");'],
  ["test/local/instance.test.ts", 'import "../../local/instance.ts";'],
  ["recovery/restore/execute.ts", 'import "../../catalog/catalog.ts"; import "../../contract/outputs.ts";'],
  ["components/host/host.ts", 'import "../../contract/layout.ts"; import "@pulumi/command";'],
  ["components/agent/bundle.ts", 'import "../../workstation/repository.ts";'],
  ["components/services/swarm-service.ts", 'import "../../catalog/definition.ts"; import "@pulumi/docker";'],
];
for (const [file, line] of allowed) {
  test(`${file} may say: ${line}`, () => {
    assert.deepEqual(verdict(file, line), []);
  });
}
