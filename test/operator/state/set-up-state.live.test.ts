import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { destroyCloud } from "../../../local/cloud/destroy-cloud.ts";
import { type Cloud, ensureCloud } from "../../../local/cloud/ensure-cloud.ts";
import { stackInstance } from "../../../local/instance.ts";
import { openStack, type Stack } from "../../../operator/stack/stack.ts";
import { stackContext } from "../../../operator/stack/stack-context.ts";
import { lookAtState } from "../../../operator/state/look-at-state.ts";
import { backendUrlOf, stateBucket } from "../../../operator/state/s3-backend.ts";
import { setUpState, type StateSet } from "../../../operator/state/set-up-state.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import type { Engine } from "../../../toolchain/engine/engine.ts";
import { findOrBuildEngine } from "../../../toolchain/engine/find-or-build-engine.ts";
import { backendUrl, initializeStack, isInitialized } from "../../../toolchain/engine/stack.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { repositoryRoot } from "../../../workstation/repository.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "kaleem-state-")));
const instance = stackInstance(folder, "live");
const project = join(folder, "Pulumi.yaml");
let cloud: Cloud;
let engine: Engine;
let stack: Stack;
let where: ReturnType<typeof stateBucket>;

/** A checkout as an operator has it, a home of the engine's own, and nothing of whoever runs the tests. */
before(async () => {
  cloud = await ensureCloud(instance, silentProgress);
  engine = await findOrBuildEngine(silentProgress);
  cpSync(join(repositoryRoot, "Pulumi.yaml"), project);
  for (const name of ["staging", "prod"])
    writeFileSync(
      join(folder, `Pulumi.${name}.yaml`),
      "config:\n  kaleem:host: { kind: ssh, address: 127.0.0.1, port: 9, user: root }\n",
    );
  writeFileSync(join(folder, "passphrase"), "a passphrase of the test\n", { mode: 0o600 });
  mkdirSync(join(folder, "home"));
  const foreign = Object.keys(process.env).filter((name) => /^(PULUMI|AWS)_/.test(name));
  for (const name of foreign) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, {
    PULUMI_HOME: join(folder, "home"),
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
    AWS_ACCESS_KEY_ID: cloud.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.keys.secretAccessKey,
  });
  stack = openStack("staging", {}, folder);
  where = stateBucket({
    s3: cloud.offsite.bucket,
    endpoint: cloud.offsite.endpoint,
    prefix: "states/kaleem",
  });
});
after(async () => {
  await destroyCloud(instance);
  rmSync(folder, { recursive: true });
});

function setUp(given: Partial<Parameters<typeof setUpState>[0]> = {}): Promise<StateSet> {
  const asked = {
    stack,
    bucket: where,
    progress: silentProgress,
    environment: process.env,
    yes: true,
    ask: null,
  };
  return setUpState({ ...asked, engine: () => Promise.resolve(engine), ...given });
}

test("wrong keys, and a person who does not agree, leave everything as it was", async () => {
  const before = readFileSync(project, "utf8");
  const environment = { ...process.env, AWS_SECRET_ACCESS_KEY: "not-the-secret" };
  await assert.rejects(
    setUp({ environment }),
    /refuses to write an object \(403 SignatureDoesNotMatch\): check the keys/,
  );
  await assert.rejects(setUp({ yes: false }), /Make an empty one\? Nobody is here to agree\. Add --yes\.$/);
  await assert.rejects(setUp({ yes: false, ask: async () => "n" }), /Not agreed to\.$/);
  assert.equal(readFileSync(project, "utf8"), before);
  assert.equal(
    await new Bucket({ ...cloud.offsite, prefix: "states/kaleem" }, cloud.keys).get(
      ".pulumi/stacks/kaleem/staging.json",
    ),
    null,
  );
});

test("a local stack, and a variable that would win, are refused", async () => {
  writeFileSync(join(folder, "Pulumi.local.yaml"), "config:\n  kaleem:closed: false\n");
  await assert.rejects(setUp({ stack: openStack("local", {}, folder) }), /keeps its state in its own folder/);
  await assert.rejects(
    setUp({ environment: { ...process.env, PULUMI_BACKEND_URL: "file:///elsewhere" } }),
    /PULUMI_BACKEND_URL is set to another backend and wins over Pulumi\.yaml; unset it/,
  );
});

test("the stack gets its empty state in the bucket, the project names it, and a plain engine works there", async () => {
  const backend = backendUrlOf(where);
  assert.deepEqual(await setUp(), { backend, fileChanged: true, initialized: true });
  const context = stackContext(stack, engine);
  assert.equal(await backendUrl(context), backend);
  assert.equal(await isInitialized(context), true);
  const stored = new Bucket({ ...cloud.offsite, prefix: "states/kaleem" }, cloud.keys);
  assert.ok((await stored.get(".pulumi/stacks/kaleem/staging.json")) !== null);
  assert.match(readFileSync(stack.stackFile, "utf8"), /encryptionsalt:/);
  assert.ok(!readFileSync(project, "utf8").includes(cloud.keys.secretAccessKey));
});

test("a second run finds it done; another stack joins it", async () => {
  const backend = backendUrlOf(where);
  assert.deepEqual(await setUp({ yes: false }), { backend, fileChanged: false, initialized: false });
  const prod = openStack("prod", {}, folder);
  assert.deepEqual(await setUp({ stack: prod }), { backend, fileChanged: false, initialized: true });
});

test("the state is told with who chose it, and a host that does not answer with why", async () => {
  const told = await lookAtState(stack, () => Promise.resolve(engine));
  assert.deepEqual(
    { ...told, hostTrouble: told.hostTrouble !== null },
    {
      stack: "staging",
      kind: "remote",
      backend: backendUrlOf(where),
      chosenBy: "Pulumi.yaml",
      initialized: true,
      host: null,
      hostTrouble: true,
      manages: null,
    },
  );
});

test("a stack whose state is elsewhere is refused an empty one, with the lines that move it", async () => {
  const other = stateBucket({
    s3: cloud.offsite.bucket,
    endpoint: cloud.offsite.endpoint,
    prefix: "states/other",
  });
  const before = readFileSync(project, "utf8");
  await assert.rejects(
    setUp({ bucket: other }),
    /its state is in s3:\S+; an empty one would not know what was declared\. Move it, then run this again:\n {2}pulumi stack export --stack staging/,
  );
  assert.equal(readFileSync(project, "utf8"), before);
  // The lines, as they are told: a state that is there is taken as it is.
  const moved = stackContext(stack, engine);
  await initializeStack({ ...moved, env: { ...moved.env, PULUMI_BACKEND_URL: backendUrlOf(other) } });
  assert.deepEqual(await setUp({ bucket: other }), {
    backend: backendUrlOf(other),
    fileChanged: true,
    initialized: false,
  });
  assert.equal(await backendUrl(moved), backendUrlOf(other));
});

test("nobody has logged in: said in a sentence", async () => {
  cpSync(join(repositoryRoot, "Pulumi.yaml"), project);
  await assert.rejects(
    lookAtState(stack, () => Promise.resolve(engine)),
    /^RecoveryError: stack staging: nobody has logged in to where its state is kept\. Run `pulumi login`/,
  );
});
