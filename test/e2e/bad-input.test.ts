import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { findOrBuildEngine } from "../../toolchain/engine/find-or-build-engine.ts";
import { runPulumi } from "../../toolchain/engine/pulumi.ts";
import { silentProgress } from "../../workstation/progress.ts";
import { sshKeyPair } from "../../operator/ssh/ssh-key-pair.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import type { SshTarget } from "../../operator/ssh/ssh-target.ts";
import { loopbackSshd } from "../operator/ssh/live-target.ts";
import {
  type Ended,
  hostOf,
  instanceOf,
  npmRun,
  repository,
  runProgram,
  stackOf,
  testStack,
} from "./support/test-stack.ts";

/** Runs an operation with a spoilt copy of the stack's file and state, as somebody who edits it by hand would. */
async function attemptWith(
  spoil: (text: string, folder: string) => Promise<string> | string,
  operation: "preview" | "up" = "preview",
): Promise<string> {
  const stack = stackOf(testStack.name);
  const folder = await mkdtemp(join(tmpdir(), "kaleem-spoilt-"));
  try {
    const stackFile = join(folder, `Pulumi.${testStack.name}.yaml`);
    await cp(stack.stateDirectory, join(folder, "state"), { recursive: true });
    await writeFile(stackFile, await spoil(await readFile(stack.stackFile, "utf8"), folder));
    const context = {
      engine: await findOrBuildEngine(silentProgress),
      project: repository,
      stack: testStack.name,
      stackFile,
      stateDirectory: join(folder, "state"),
      passphraseFile: stack.passphraseFile,
      env: { KALEEM_STACK_FILE: stackFile },
    };
    await runPulumi(context, operation);
    return "accepted";
  } catch (error) {
    return sentenceOf(error);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("every problem of a stack file is named at once: misspelt key, wrong type, missing secret; no value of a secret", async () => {
  const said = await attemptWith((text) =>
    text
      .replace("kaleem:edge:", "kaleem:egde:")
      .replace(/memory: 512MiB/, "memory: plenty")
      .replace(/ {2}kaleem:redis-password:\n {4}secure: .*\n/, ""),
  );
  for (const sentence of [/egde/, /memory: expected a size such as/, /redis-password/])
    assert.match(said, sentence);
});

test("an image that does not exist is refused within a minute, by its reference, and what runs is not touched", async () => {
  const { cloud } = instanceOf(testStack.name);
  const host = hostOf(testStack.name);
  const tasks = async (): Promise<string> =>
    (await host.run(["docker", "ps", "--quiet", "--filter", "name=^api."])).stdout;
  const before = await tasks();
  const absent = "0".repeat(64);
  const started = Date.now();
  const said = await attemptWith(async (text, folder) => {
    const lock = JSON.parse(await readFile(cloud.imageLock, "utf8")) as Record<string, { ref: string }>;
    const api = lock["api"];
    assert.ok(api);
    api.ref = api.ref.replace(/@sha256:.*/, `@sha256:${absent}`);
    await writeFile(join(folder, "images.lock.json"), JSON.stringify(lock));
    return text.replace(cloud.imageLockName, join(folder, "images.lock.json"));
  }, "up");
  assert.match(
    said,
    new RegExp(`api: the image \\S+@sha256:${absent} cannot be pulled: .*; correct its reference`),
  );
  assert.ok(Date.now() - started < 60_000, `took ${Date.now() - started} ms`);
  assert.equal(await tasks(), before);
});

test("a port that is taken is named, with what to do, and nothing is left behind", async () => {
  const other = `${testStack.name}-port`;
  const { machine } = instanceOf(other);
  const holder = createServer().listen(machine.ports.http, "127.0.0.1");
  await once(holder, "listening");
  try {
    const up = await npmRun("up", "--stack", other, "--offsite-of", testStack.name);
    assert.equal(up.code, 1);
    assert.match(
      up.stderr,
      new RegExp(
        `127.0.0.1:${machine.ports.http}: the emulated machine of stack .* needs this port for HTTP, and .* has it; stop that`,
      ),
    );
    const left = await runProgram(
      ["docker", "ps", "--all", "--quiet", "--filter", `name=${machine.container}`],
      {},
    );
    assert.equal(left.stdout.trim(), "");
  } finally {
    holder.close();
    await npmRun("down", "--stack", other, "--offsite-of", testStack.name);
  }
});

test("a changed host key stops an operator's command, and names what to check", async () => {
  const { machine } = instanceOf(testStack.name);
  const right = await readFile(machine.knownHosts, "utf8");
  const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g";
  await writeFile(machine.knownHosts, right.replace(/ssh-ed25519 \S+/, other));
  try {
    const points = await npmRun("points", "--stack", testStack.name);
    assert.notEqual(points.code, 0);
    assert.match(points.stderr, /host key/i);
  } finally {
    await writeFile(machine.knownHosts, right);
  }
});

/** Asks for a stack's points whose stack file names this login, and gives what the operator is told. */
async function pointsOver(login: Required<SshTarget>, hostKey: string): Promise<Ended> {
  const stack = `${testStack.name}-spoilt`;
  const folder = join(repository, ".kaleem", stack);
  const config = {
    "kaleem:host": { kind: "ssh", ...login, hostKey },
    "kaleem:offsite": { endpoint: "http://127.0.0.1:9", bucket: "none", prefix: "", region: "none" },
  };
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, `Pulumi.${stack}.yaml`), stringify({ config }));
    return await npmRun("points", "--stack", stack);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a refused connection and a refused key are told apart, each with what to do", async () => {
  // An sshd of its own: the platform's turns a machine away for a while after failed logins.
  const { target, stop } = await loopbackSshd();
  const folder = await mkdtemp(join(tmpdir(), "kaleem-other-key-"));
  try {
    const { privateKeyFile } = await sshKeyPair(folder);
    const login = { ...target, privateKeyFile };
    const [hostKey = ""] = /ssh-ed25519 \S+/.exec(await readFile(target.knownHostsFile, "utf8")) ?? [];
    const refusedKey = await pointsOver(login, hostKey);
    assert.equal(refusedKey.code, exitCodes.hostUnreachable);
    assert.match(refusedKey.stderr, /the host refuses the key \S+ for \S+; add its public half to/);
    await stop();
    const refused = await pointsOver(login, hostKey);
    assert.equal(refused.code, exitCodes.hostUnreachable);
    assert.match(
      refused.stderr,
      /connection refused; is the machine up, and does sshd listen on that port\?/,
    );
  } finally {
    // It would keep this process alive.
    await stop();
    await rm(folder, { recursive: true });
  }
});
