import assert from "node:assert/strict";
import { test } from "node:test";
import { rollout } from "../../../components/services/rollout.ts";
import { awaitServices } from "../../../operator/deploy/await-services.ts";
import { lookAt, withTaskFailures } from "../../../operator/deploy/watch-tasks.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import { madeUpApplication } from "../../catalog/made-up.ts";
import type { WantedResource } from "../../toolchain/providers/docker/scratch-stack.ts";
import { scratchSwarm } from "../../toolchain/providers/docker/scratch-swarm.ts";

// One story on one stack, told as `up` tells it: each test starts from what the one before left.

const name = "kaleem-never-healthy";
const replicas = 2;
const [every, retries, startPeriod] = ["1s", 2, "2s"] as const;

/** Quick to give up, and otherwise like any application. */
const definition = madeUpApplication({
  name,
  health: { argv: ["test"], every, timeout: "20s", retries, startPeriod },
});

type Version = "well" | "ill";
const check = ["CMD", "/bin/sh", "-c", "test -e /ready || { echo no answer on port 3000; exit 1; }"];
const stay = "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done";
const starts: Readonly<Record<Version, string>> = {
  well: `: >/ready; ${stay}`,
  ill: `echo listening; echo no route to mongo; ${stay}`,
};

const swarm = scratchSwarm("well", "ill");
const host = (): SshHost => new SshHost(swarm.target.target);

const imageOf = (version: Version): string => `${swarm.target.image}:${version}`;

/** Little, where the time must run out; enough for a busy machine, where Swarm must give up by its own watch. */
type Patience = "20s" | "2m";

/** The service with this image, rolled out as the platform does it, but with less patience. */
function declared(version: Version, patience: Patience): WantedResource[] {
  const args = {
    name,
    mode: { replicated: { replicas } },
    endpointSpec: { mode: "dnsrr" },
    ...rollout(definition, { replicas, ownsHostPort: false }),
    convergeConfig: { delay: "1s", timeout: patience },
    taskSpec: {
      restartPolicy: { condition: "any", delay: "1s", window: "0s" },
      containerSpec: {
        image: imageOf(version),
        commands: ["/bin/sh", "-c", starts[version]],
        init: true,
        stopGracePeriod: "5s",
        healthcheck: { tests: check, interval: every, timeout: "20s", retries, startPeriod },
      },
    },
  };
  return [{ name: "svc", type: "Service", args }];
}

/** `pulumi up` as the program runs it: what it throws is what `./kaleem up` prints. */
async function up(version: Version, patience: Patience): Promise<void> {
  await withTaskFailures(lookAt(host()), () => swarm.stack.up(declared(version, patience)));
}

/** What a run says that must fail, and soon. */
async function refusal(version: Version, patience: Patience): Promise<string> {
  const started = performance.now();
  try {
    await up(version, patience);
  } catch (error) {
    assert.ok(error instanceof Error);
    const seconds = (performance.now() - started) / 1_000;
    assert.ok(seconds < 150, `took ${seconds} s`);
    return error.message;
  }
  throw new Error(`the image ${version} was called a success`);
}

const lastWords = new RegExp(
  `${name}: its last task (failed: .*|is not healthy .*|was stopped as unhealthy)\n` +
    " +its health check said: no answer on port 3000.*\n" +
    " +its last log lines:\n +listening\n +no route to mongo",
);

const service = (version: Version) => ({ name, image: imageOf(version), replicas });

test("a new service that never gets healthy fails in its time, with its tasks' state and its last log lines, and is removed", async () => {
  const said = await refusal("ill", "20s");
  assert.match(said, /did not converge after 20s/);
  assert.match(said, lastWords);
  assert.equal(await swarm.target.docker("service", "ls", "--filter", `name=${name}`, "--quiet"), "");
});

test("the next run, with an image that is well, mends it", async () => {
  await up("well", "2m");
  await awaitServices("test", [service("well")], host(), 0);
});

test("an update whose tasks never get healthy is rolled back and fails, with their last log lines", async () => {
  const said = await refusal("ill", "2m");
  assert.match(said, /service rollback completed: /);
  assert.match(said, lastWords);
  await awaitServices("test", [service("well")], host(), 60_000);
});

test("what is not running is a failure, had its update been called a success or not", async () => {
  await assert.rejects(awaitServices("test", [service("ill")], host(), 2_000), (error: Error) => {
    assert.match(error.message, /^stack test: what runs is not what was declared:\n/);
    assert.match(
      error.message,
      new RegExp(`${name}: \\S+:ill was declared, \\S+:well runs \\(rolled back\\?\\)`),
    );
    assert.match(error.message, lastWords);
    return true;
  });
});

test("and the next run with the image that is well has it running as declared", async () => {
  await up("well", "2m");
  await awaitServices("test", [service("well")], host(), 0);
});
