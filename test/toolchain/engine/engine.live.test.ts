import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ResourceProgress } from "../../../toolchain/engine/engine-events.ts";
import { findOrBuildEngine } from "../../../toolchain/engine/find-or-build-engine.ts";
import type { PulumiError } from "../../../toolchain/engine/pulumi-error.ts";
import { runPulumi } from "../../../toolchain/engine/pulumi.ts";
import type { StackContext } from "../../../toolchain/engine/stack-context.ts";
import { createStack, decryptConfig, readOutputs, setSecrets } from "../../../toolchain/engine/stack.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { repositoryRoot as root } from "../../../workstation/repository.ts";

/** ESM, `.ts` imports and types: what the real program needs of the engine, without a provider. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import { text, type Word } from "./text.ts";
class Part extends pulumi.ComponentResource {
  constructor(name: string) { super("test:index:Part", name); this.registerOutputs({}); }
}
const config = new pulumi.Config("kaleem");
const word: Word = text(config.require("word"));
if (word === "fail") throw new Error("the word is fail");
if (word === "wait") await new Promise((resolve) => setTimeout(resolve, 60_000));
new Part("one");
new Part("two");
export const said = word;
export const length = config.requireSecret("password").apply((password) => password.length);
`;

let folder: string;
let context: StackContext;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-engine-test-"));
  const project = join(folder, "project");
  mkdirSync(join(folder, "kept"), { recursive: true });
  mkdirSync(project);
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "trial", type: "module" }));
  writeFileSync(
    join(project, "Pulumi.yaml"),
    "name: trial\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
  );
  writeFileSync(join(project, "index.ts"), program);
  writeFileSync(
    join(project, "text.ts"),
    "export type Word = string;\nexport const text = (word: Word): Word => word;\n",
  );
  writeFileSync(join(project, "Pulumi.trial.yaml"), "config:\n  kaleem:word: committed\n");
  writeFileSync(join(folder, "kept", "passphrase"), "right", { mode: 0o600 });
  const stackFile = join(folder, "kept", "Pulumi.trial.yaml");
  writeFileSync(stackFile, "config:\n  kaleem:word: hello\n");
  context = {
    engine: await findOrBuildEngine(silentProgress),
    project,
    stack: "trial",
    stackFile,
    stateDirectory: join(folder, "state"),
    passphraseFile: join(folder, "kept", "passphrase"),
  };
  await createStack(context);
});

after(() => {
  rmSync(folder, { recursive: true });
});

const sayWord = (word: string): void => {
  const text = readFileSync(context.stackFile, "utf8").replace(/word: \w+/, `word: ${word}`);
  writeFileSync(context.stackFile, text);
};

test("a stack is made once, with its salt in its own stack file and the committed one untouched", async () => {
  assert.equal(await createStack(context), false);
  assert.match(readFileSync(context.stackFile, "utf8"), /^encryptionsalt: v1:/m);
  const committed = readFileSync(join(context.project, "Pulumi.trial.yaml"), "utf8");
  assert.equal(committed, "config:\n  kaleem:word: committed\n");
});

test("secrets are kept exactly, newlines included, and never in clear in the stack file", async () => {
  const secrets = new Map([
    ["kaleem:password", "p@ss 'w\"ord"],
    ["kaleem:keyfile", "line one\n--line two\n"],
  ]);
  await setSecrets(context, secrets);
  const config = await decryptConfig(context);
  for (const [key, value] of secrets) assert.equal(config.get(key), value);
  assert.doesNotMatch(readFileSync(context.stackFile, "utf8"), /p@ss|line one/);
});

test("preview, up and an unchanged up run a TypeScript program and say what changed", async () => {
  const preview = await runPulumi(context, "preview");
  assert.deepEqual(preview.changes, { create: 3, update: 0, delete: 0, replace: 0, same: 0 });
  const seen: ResourceProgress[] = [];
  const up = await runPulumi(context, "up", { onResource: (progress) => seen.push(progress) });
  assert.deepEqual(up.changes, { create: 3, update: 0, delete: 0, replace: 0, same: 0 });
  const one = seen.filter(({ name }) => name === "one").map(({ action }) => action);
  assert.deepEqual(one, ["creating", "created"]);
  const done: string[] = [];
  const unchanged = await runPulumi(context, "up", { onDone: ({ op, name }) => done.push(`${op} ${name}`) });
  assert.deepEqual(done.filter((step) => step.endsWith(" one")).slice(0, 1), ["same one"], "it is told, too");
  assert.deepEqual(unchanged.changes, { create: 0, update: 0, delete: 0, replace: 0, same: 3 });
  assert.deepEqual(unchanged.diagnostics, []);
  assert.deepEqual(await readOutputs(context), { said: "hello", length: "[secret]" });
});

test("a stack file that outlived its state works on a fresh one with the same passphrase", async () => {
  const rebuilt = { ...context, stateDirectory: join(folder, "fresh-state") };
  const stackFile = readFileSync(context.stackFile, "utf8");
  assert.equal(await createStack(rebuilt), true);
  assert.equal(readFileSync(context.stackFile, "utf8"), stackFile);
  assert.equal((await decryptConfig(rebuilt)).get("kaleem:password"), "p@ss 'w\"ord");
  assert.equal((await runPulumi(rebuilt, "up")).changes.create, 3);
});

test("a wrong passphrase is named as such, and nothing is made with it", async () => {
  const passphraseFile = join(folder, "wrong");
  writeFileSync(passphraseFile, "wrong");
  const wrong = { ...context, passphraseFile, stateDirectory: join(folder, "no-state") };
  await assert.rejects(
    createStack(wrong),
    /The passphrase is not the one that the stack file was encrypted with/,
  );
  assert.equal(existsSync(join(wrong.stateDirectory, ".pulumi", "stacks")), false);
  await assert.rejects(runPulumi({ ...context, passphraseFile }, "up"), /passphrase is not the one/);
});

test("a program that fails is reported with its own error", async () => {
  sayWord("fail");
  await assert.rejects(
    runPulumi(context, "up"),
    /pulumi up of stack trial ended with \d+:\n[^]*the word is fail/,
  );
});

test("an interrupted up ends soon, says so, and the next one goes on", async () => {
  sayWord("wait");
  const stop = new AbortController();
  const running = runPulumi(context, "up", { signal: stop.signal });
  setTimeout(() => {
    stop.abort();
  }, 2500);
  const begun = Date.now();
  await assert.rejects(running, (error: PulumiError) => {
    assert.equal(error.interrupted, true);
    assert.match(error.message, /was interrupted; run it again to continue/);
    return true;
  });
  assert.ok(Date.now() - begun < 60_000);
  sayWord("again");
  assert.equal((await runPulumi(context, "up")).changes.same, 3);
});

test("the lock of an engine that was killed does not stop the next one", async () => {
  const locks = join(context.stateDirectory, ".pulumi", "locks", "organization", "trial", "trial");
  mkdirSync(locks, { recursive: true });
  const dead = {
    pid: 2 ** 22 + 1,
    username: "root",
    hostname: hostname(),
    timestamp: "2026-01-01T00:00:00Z",
  };
  writeFileSync(join(locks, "dead.json"), JSON.stringify(dead));
  assert.equal((await runPulumi(context, "up")).changes.same, 3);
  writeFileSync(join(locks, "alive.json"), JSON.stringify({ ...dead, pid: process.pid }));
  await assert.rejects(runPulumi(context, "up"), /Another command works on this stack/);
  rmSync(join(locks, "alive.json"));
});

test("nor does it where state is kept by the user's own environment", async () => {
  const own: StackContext = {
    ...context,
    own: true,
    stateDirectory: join(folder, "elsewhere"),
    env: {
      PULUMI_BACKEND_URL: `file://${context.stateDirectory}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: context.passphraseFile,
    },
  };
  const locks = join(context.stateDirectory, ".pulumi", "locks", "organization", "trial", "trial");
  const lock = { username: "root", hostname: hostname(), timestamp: "2026-01-01T00:00:00Z" };
  writeFileSync(join(locks, "dead.json"), JSON.stringify({ ...lock, pid: 2 ** 22 + 1 }));
  assert.equal((await runPulumi(own, "up")).changes.same, 3);
  writeFileSync(join(locks, "dead.json"), JSON.stringify({ ...lock, pid: 2 ** 22 + 1 }));
  writeFileSync(join(locks, "alive.json"), JSON.stringify({ ...lock, pid: process.pid }));
  await assert.rejects(runPulumi(own, "up"), /Another command works on this stack/);
  assert.ok(existsSync(join(locks, "alive.json")), "a living one's stays");
  for (const name of ["dead.json", "alive.json"]) rmSync(join(locks, name));
});

test("destroy removes all that up made", async () => {
  assert.equal((await runPulumi(context, "destroy")).changes.delete, 3);
});
