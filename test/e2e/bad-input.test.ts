import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findOrBuildEngine } from "../../local/engine/find-or-build-engine.ts";
import { runPulumi } from "../../local/engine/pulumi.ts";
import { silentProgress } from "../../local/progress.ts";
import { openStackPaths } from "../../local/stack/stack-paths.ts";
import { instanceOf, npmRun, repository, runProgram, testStack } from "./support/test-stack.ts";

/** Previews the stack with a spoilt copy of its stack file, as somebody who edits it by hand would. */
async function previewWith(spoil: (text: string) => string): Promise<string> {
  const paths = await openStackPaths(instanceOf(testStack.name));
  const folder = await mkdtemp(join(tmpdir(), "kaleem-spoilt-"));
  try {
    const stackFile = join(folder, `Pulumi.${testStack.name}.yaml`);
    await cp(paths.state, join(folder, "state"), { recursive: true });
    await writeFile(stackFile, spoil(await readFile(paths.stackFile, "utf8")));
    const context = {
      engine: await findOrBuildEngine(silentProgress),
      project: repository,
      stack: testStack.name,
      stackFile,
      stateDirectory: join(folder, "state"),
      passphraseFile: paths.passphrase,
      env: { KALEEM_STACK_FILE: stackFile },
    };
    await runPulumi(context, "preview");
    return "accepted";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("every problem of a stack file is named at once: misspelt key, wrong type, missing secret; no value of a secret", async () => {
  const said = await previewWith((text) =>
    text
      .replace("kaleem:edge:", "kaleem:egde:")
      .replace(/memory: 512MiB/, "memory: plenty")
      .replace(/ {2}kaleem:redis-password:\n {4}secure: .*\n/, ""),
  );
  for (const sentence of [/egde/, /memory: expected a size such as/, /redis-password/])
    assert.match(said, sentence);
});

test("a port that is taken is named, with what to do, and nothing is left behind", async () => {
  const other = `${testStack.name}-port`;
  const { vps } = instanceOf(other);
  const holder = createServer().listen(vps.ports.http, "127.0.0.1");
  await once(holder, "listening");
  try {
    const up = await npmRun("up", "--stack", other, "--cloud", testStack.name);
    assert.equal(up.code, 1);
    assert.match(
      up.stderr,
      new RegExp(
        `127.0.0.1:${vps.ports.http}: the emulated VPS of stack .* needs this port for HTTP, and .* has it; stop that`,
      ),
    );
    const left = await runProgram(
      ["docker", "ps", "--all", "--quiet", "--filter", `name=${vps.container}`],
      {},
    );
    assert.equal(left.stdout.trim(), "");
  } finally {
    holder.close();
    await npmRun("down", "--stack", other, "--cloud", testStack.name);
  }
});

test("a changed host key stops an operator's command, and names what to check", async () => {
  const { vps } = instanceOf(testStack.name);
  const right = await readFile(vps.knownHosts, "utf8");
  const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g";
  await writeFile(vps.knownHosts, right.replace(/ssh-ed25519 \S+/, other));
  try {
    const points = await npmRun("points", "--stack", testStack.name);
    assert.notEqual(points.code, 0);
    assert.match(points.stderr, /host key/i);
  } finally {
    await writeFile(vps.knownHosts, right);
  }
});
