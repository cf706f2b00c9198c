import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { judgeStackYaml } from "../../../components/config/stack-yaml.ts";
import { findOrBuildEngine } from "../../../toolchain/engine/find-or-build-engine.ts";
import type { StackContext } from "../../../toolchain/engine/stack-context.ts";
import { createStack, decryptConfig } from "../../../toolchain/engine/stack.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { renderStackFile } from "../../../operator/stack/stack-file.ts";

let folder: string;
let context: StackContext;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-reader-"));
  const stackFile = join(folder, "Pulumi.trial.yaml");
  writeFileSync(join(folder, "Pulumi.yaml"), "name: kaleem\nruntime: nodejs\n");
  writeFileSync(join(folder, "passphrase"), "right", { mode: 0o600 });
  writeFileSync(stackFile, "config: {}\n");
  context = {
    engine: await findOrBuildEngine(silentProgress),
    project: folder,
    stack: "trial",
    stackFile,
    stateDirectory: join(folder, "state"),
    passphraseFile: join(folder, "passphrase"),
  };
  await createStack(context);
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** What the engine hands to a program, with blocks and numbers as values. */
async function engineReads(text: string): Promise<Record<string, unknown>> {
  writeFileSync(context.stackFile, text);
  return Object.fromEntries(
    [...(await decryptConfig(context))].map(([key, value]) => [key, JSON.parse(value) as unknown]),
  );
}

/** Values as one might write them, those that readers take differently among them; each a key's in one block. */
const values = [
  ..."0022 022 08 0o22 0x16 0b11 1_000 +_5 yes no On off y N true True ~ null 2026-11-30 22:30 +5 -0 1e3 1e400 1.50 .5 .inf".split(
    " ",
  ),
  ..."123456789012345678901 9007199254740993 abc a#b http://x:80 10.0.0.1 1.2.3 v1:a/b+= 5m 48h = << - -1 007.5 1_0.5".split(
    " ",
  ),
  "'it''s'",
  '"a\\tb\\u2028"',
  '"a\\/b"',
  "[1, two, 3.0]",
  "{x: 1, y: [z]}",
  "!!str 22",
  "!foo 22",
  "&x 22",
  "|\n      l1\n      l2",
  ">-\n      f1\n      f2",
  "|2\n      x",
  "two\n      lines",
];

test("what our reader takes, the engine takes for the same, in one file", async () => {
  const block = (value: string, index: number) => `    k${index}: ${value}\n`;
  const taken = values.filter(
    (value) => judgeStackYaml(`config:\n  kaleem:a:\n${block(value, 0)}`).problems.length === 0,
  );
  assert.ok(taken.length > 20, "the reader refuses nearly everything");
  const text = `config:\n  kaleem:a:\n${taken.map(block).join("")}`;
  for (const written of [text, `\ufeff${text}`, text.replaceAll("\n", "\r\n")]) {
    const { problems, value } = judgeStackYaml(written);
    assert.deepEqual(problems, []);
    // As JSON: a negative zero is none to the engine.
    assert.deepEqual(await engineReads(written), JSON.parse(JSON.stringify(value.config)));
  }
});

test("the engine does read some of what our reader refuses, and in another way than YAML 1.2 says", async () => {
  const read = await engineReads("config:\n  kaleem:a: { port: 0022, size: 1_000, day: 2026-11-30 }\n");
  assert.deepEqual(read["kaleem:a"], { port: 18, size: 1000, day: "2026-11-30 00:00:00 +0000 UTC" });
});

test("what we write, the engine reads as it was meant", async () => {
  const texts = [
    "0022",
    "0x16",
    "1_000",
    "yes",
    "Off",
    "22:30",
    "2026-11-30",
    "~",
    "",
    ".inf",
    "true",
    "22",
    "a: b",
    "#a",
    "a\nb\n",
  ];
  assert.deepEqual(await engineReads(renderStackFile({ config: { "kaleem:a": { texts } } })), {
    "kaleem:a": { texts },
  });
});
