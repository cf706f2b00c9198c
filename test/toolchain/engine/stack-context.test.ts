import assert from "node:assert/strict";
import { test } from "node:test";
import { pulumiEnvironment, type StackContext } from "../../../toolchain/engine/stack-context.ts";

const context: StackContext = {
  engine: {
    pulumi: "/cache/bin/pulumi",
    version: "3.259.0",
    source: "built",
    pathPrepend: ["/cache/bin", "/node/bin"],
    env: { PULUMI_HOME: "/cache/home" },
    providers: {
      docker: "stand-in",
      command: "stand-in",
      cloudflare: "stand-in",
      random: "stand-in",
      aws: "stand-in",
    },
  },
  project: "/repo",
  stack: "local",
  stackFile: "/repo/.kaleem/local/Pulumi.local.yaml",
  stateDirectory: "/repo/.kaleem/local/state",
  passphraseFile: "/repo/.kaleem/local/passphrase",
};

test("the user's own Pulumi settings never reach the engine, everything else does", () => {
  const environment = pulumiEnvironment(context, {
    PATH: "/usr/bin",
    HOME: "/home/olga",
    PULUMI_CONFIG_PASSPHRASE: "theirs",
    PULUMI_ACCESS_TOKEN: "theirs",
    PULUMI_HOME: "/home/olga/.pulumi",
  });
  assert.deepEqual(environment, {
    PATH: "/cache/bin:/node/bin:/usr/bin",
    HOME: "/home/olga",
    PULUMI_HOME: "/cache/home",
    PULUMI_BACKEND_URL: "file:///repo/.kaleem/local/state",
    PULUMI_CONFIG_PASSPHRASE_FILE: "/repo/.kaleem/local/passphrase",
  });
});

test("a stack's own variables win, for tests that attach a provider", () => {
  const attached = { ...context, env: { PULUMI_DEBUG_PROVIDERS: "docker:1" } };
  assert.equal(pulumiEnvironment(attached, {})["PULUMI_DEBUG_PROVIDERS"], "docker:1");
});
