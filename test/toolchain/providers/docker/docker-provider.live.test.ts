import assert from "node:assert/strict";
import { test } from "node:test";
import { ScratchStack } from "./scratch-stack.ts";
import type { WantedResource } from "./scratch-stack.ts";
import { scratchSwarm } from "./scratch-swarm.ts";

// The tests are one story on one stack: each starts from what the one before left. With the official plugin on PATH they
// hold for that one; only its texts are shorter.

const serviceName = "kaleem-provider-test";
const networkName = "kaleem-provider-test";

const swarm = scratchSwarm("1", "2", "3");

const isOfficial = (): boolean => swarm.stack.context.engine.providers.docker === "official";

const healthy = ["CMD", "/bin/sh", "-c", "test -e /run/secrets/password"];
const unhealthy = ["CMD", "/bin/sh", "-c", "echo broken; exit 1"];
const stayUntilStopped = "echo started; trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done";

interface Variant {
  readonly version?: string;
  readonly tests?: readonly string[];
  readonly replicas?: number;
  readonly password?: string;
  readonly updateConfig?: object;
  /** @default "2m", enough for a busy machine */
  readonly timeout?: string;
}

function resources(variant: Variant): WantedResource[] {
  const data = Buffer.from(variant.password ?? "first").toString("base64");
  return [
    { name: "net", type: "Network", args: { name: networkName, driver: "overlay", attachable: true } },
    { name: "password", type: "Secret", args: { data, labels: [{ label: "test", value: "provider" }] } },
    { name: "conf", type: "ServiceConfig", args: { data: Buffer.from("x=1").toString("base64") } },
    { name: "svc", type: "Service", args: { name: serviceName, ...service(variant) } },
  ];
}

function service(variant: Variant): object {
  const update = { parallelism: 1, delay: "0s", monitor: "3s", maxFailureRatio: "0.0", order: "start-first" };
  return {
    mode: { replicated: { replicas: variant.replicas ?? 2 } },
    endpointSpec: { mode: "dnsrr" },
    labels: [
      { label: "z", value: "1" },
      { label: "a", value: "2" },
    ],
    convergeConfig: { delay: "1s", timeout: variant.timeout ?? "2m" },
    updateConfig: variant.updateConfig ?? { ...update, failureAction: "rollback" },
    rollbackConfig: { ...update, order: "stop-first", monitor: "1s" },
    taskSpec: {
      networksAdvanceds: [{ id: { $ref: "net.id" }, aliases: ["svc"] }],
      restartPolicy: { condition: "any", delay: "1s", maxAttempts: 0, window: "0s" },
      resources: { limits: { memoryBytes: 33554432, nanoCpus: 200000000 } },
      logDriver: { name: "json-file", options: { "max-size": "1m", "max-file": "2" } },
      containerSpec: {
        image: `${swarm.target.image}:${variant.version ?? "1"}`,
        commands: ["/bin/sh", "-c", stayUntilStopped],
        env: { B: "2", A: "1" },
        init: true,
        hostname: "svc",
        user: "999:999",
        readOnly: true,
        stopGracePeriod: "10s",
        stopSignal: "SIGTERM",
        capDrops: ["ALL"],
        capAdds: ["CHOWN", "NET_BIND_SERVICE"],
        mounts: [
          { type: "tmpfs", target: "/scratch", tmpfsOptions: { sizeBytes: 1048576, mode: 0o700 } },
          { type: "bind", source: "/etc", target: "/host-etc", readOnly: true },
        ],
        secrets: [reference("password", "secret", "/run/secrets/password")],
        configs: [reference("conf", "config", "/etc/x.conf")],
        healthcheck: {
          tests: variant.tests ?? healthy,
          interval: "1s",
          // Those that fail, fail at once; on a busy machine those that succeed may take seconds to start.
          timeout: "20s",
          retries: 2,
          startPeriod: "1s",
        },
      },
    },
  };
}

function reference(resource: string, kind: "secret" | "config", fileName: string): object {
  return {
    [`${kind}Id`]: { $ref: `${resource}.id` },
    [`${kind}Name`]: { $ref: `${resource}.name` },
    fileName,
    fileUid: "999",
    fileGid: "999",
    fileMode: 0o400,
  };
}

async function runningImages(): Promise<string[]> {
  const filter = ["--filter", "desired-state=running", "--format", "{{.Image}} {{.CurrentState}}"];
  const lines = (await swarm.target.docker("service", "ps", serviceName, ...filter)).split("\n");
  return lines.filter((line) => line.includes("Running")).map((line) => line.split(" ", 1)[0] ?? "");
}

const versionOf = (version: string): string => `${swarm.target.image}:${version}`;

test("creates a network, a secret, a config and a service, and waits until every task is healthy", async () => {
  const { changes } = await swarm.stack.up(resources({}));
  assert.equal(changes.create, 6);
  assert.deepEqual(await runningImages(), [versionOf("1"), versionOf("1")]);
});

test("finds nothing to do when nothing changed", async () => {
  const { changes } = await swarm.stack.up(resources({}));
  assert.deepEqual([changes.create, changes.update, changes.replace, changes.delete], [0, 0, 0, 0]);
});

test("finds nothing to do after a refresh", async () => {
  const refreshed = await swarm.stack.run("refresh");
  assert.equal(refreshed.changes.update, 0);
  const { changes } = await swarm.stack.up(resources({}));
  assert.deepEqual([changes.create, changes.update, changes.replace, changes.delete], [0, 0, 0, 0]);
});

test("replaces the tasks one by one for a new image, and only calls it done when all run it", async () => {
  const { changes } = await swarm.stack.up(resources({ version: "2" }));
  assert.equal(changes.update, 1);
  assert.deepEqual(await runningImages(), [versionOf("2"), versionOf("2")]);
});

test("fails an update whose tasks never get healthy, after Swarm rolled it back", async () => {
  await assert.rejects(
    swarm.stack.up(resources({ version: "3", tests: unhealthy })),
    // The official plugin names the task, or only the end, by the moment at which it looks.
    isOfficial()
      ? /service rollback completed: /
      : /service rollback completed: update rolled back due to failure or early termination of task \w+/,
  );
  assert.deepEqual(await runningImages(), [versionOf("2"), versionOf("2")]);
});

test("fails the same way again when the same program is run again", async () => {
  await assert.rejects(
    swarm.stack.up(resources({ version: "3", tests: unhealthy })),
    /service rollback completed: /,
  );
});

test("has nothing to do for the good program after a refresh", async () => {
  await swarm.stack.run("refresh");
  const { changes } = await swarm.stack.up(resources({ version: "2" }));
  assert.equal(changes.update, 0);
});

test("does not wait for ever when only the number of tasks changes", async () => {
  const { changes } = await swarm.stack.up(resources({ version: "2", replicas: 3 }));
  assert.equal(changes.update, 1);
  assert.equal((await runningImages()).length, 3);
  await swarm.stack.up(resources({ version: "2", replicas: 0 }));
  assert.deepEqual(await runningImages(), []);
  await swarm.stack.up(resources({ version: "2" }));
});

test("sees a change from outside with a refresh, and repairs it", async () => {
  await swarm.target.docker(
    "service",
    "update",
    "--detach",
    "--env-add",
    "OUTSIDE=1",
    "--replicas",
    "1",
    serviceName,
  );
  const refreshed = await swarm.stack.run("refresh");
  assert.equal(refreshed.changes.update, 1);
  const { changes } = await swarm.stack.up(resources({ version: "2" }));
  assert.equal(changes.update, 1);
  const spec = await swarm.target.docker("service", "inspect", "--format", "{{json .Spec}}", serviceName);
  assert.doesNotMatch(spec, /OUTSIDE/);
  assert.equal((await runningImages()).length, 2);
});

test("rotates a secret: makes the new one, updates the service, removes the old one", async () => {
  const { changes } = await swarm.stack.up(resources({ version: "2", password: "second" }));
  assert.equal(changes.replace, 1);
  assert.equal(changes.update, 1);
  const secrets = await swarm.target.docker("secret", "ls", "--filter", "label=test=provider", "--quiet");
  assert.equal(secrets.split("\n").length, 1);
});

test("reports a paused update, and does not call it good when it is run again", async () => {
  const paused = { parallelism: 1, delay: "0s", failureAction: "pause", monitor: "3s", order: "stop-first" };
  const broken = resources({
    version: "2",
    password: "second",
    tests: unhealthy,
    updateConfig: paused,
    // The second run has nothing to see but that time goes by.
    timeout: "45s",
  });
  await assert.rejects(swarm.stack.up(broken), /service update paused: update paused due to failure/);
  await assert.rejects(swarm.stack.up(broken), /service update paused|did not converge/);
  await swarm.stack.up(resources({ version: "2", password: "second" }));
  // Tasks that fail while their update goes on are replaced twice; the official plugin does not mind those left over.
  if (!isOfficial()) assert.deepEqual(await runningImages(), [versionOf("2"), versionOf("2")]);
});

test("refuses a name that is taken, and leaves the owner alone", async () => {
  const other: WantedResource = {
    name: "other",
    type: "Service",
    args: { name: serviceName, ...service({ version: "2" }) },
  };
  const all = resources({ version: "2", password: "second" });
  await assert.rejects(
    swarm.stack.up([...all, other]),
    /name conflicts with an existing object: service kaleem-provider-test already exists/,
  );
  assert.equal((await runningImages()).length, 2);
});

test("removes a service that never converges, and says why and what it last wrote", async () => {
  const args = {
    ...service({ version: "2", tests: unhealthy }),
    name: "kaleem-provider-never",
    convergeConfig: { delay: "1s", timeout: "20s" },
  };
  const never: WantedResource = { name: "never", type: "Service", args };
  await assert.rejects(
    swarm.stack.up([...resources({ version: "2", password: "second" }), never]),
    isOfficial()
      ? /Service with ID \(\w+\) did not converge after 20s/
      : /Service with ID \(\w+\) did not converge after 20s\s+Last failed health check:\s+broken\s+Last task logs:\s+started/,
  );
  const left = await swarm.target.docker(
    "service",
    "ls",
    "--filter",
    "name=kaleem-provider-never",
    "--quiet",
  );
  assert.equal(left, "");
});

test("removes the half-made service when the run is interrupted", async () => {
  const args = { ...service({ version: "2", tests: unhealthy }), name: "kaleem-provider-never" };
  const never: WantedResource = { name: "never", type: "Service", args };
  swarm.stack.declare([...resources({ version: "2", password: "second" }), never]);
  const interrupt = new AbortController();
  const running = swarm.stack.interruptible(interrupt.signal);
  const appeared = async (): Promise<string> =>
    swarm.target.docker("service", "ls", "--filter", "name=kaleem-provider-never", "--quiet");
  while ((await appeared()) === "") await new Promise((resolve) => setTimeout(resolve, 200));
  interrupt.abort();
  await assert.rejects(running, /interrupted/);
  assert.equal(await appeared(), "");
});

test("says what ssh said when the host cannot be reached", async () => {
  const unreachable = await ScratchStack.create({
    host: "ssh://root@127.0.0.1:1",
    sshOpts: ["-o", "BatchMode=yes"],
  });
  const config: WantedResource = { name: "conf", type: "ServiceConfig", args: { data: "eA==" } };
  await assert.rejects(
    unreachable.up([config]),
    isOfficial()
      ? /ssh:\/\/root@127\.0\.0\.1:1 is reachable.*exit status 255.*Connection refused/
      : /cannot reach Docker at ssh:\/\/root@127\.0\.0\.1:1: ssh ended with exit status 255: .*Connection refused/,
  );
  unreachable.forget();
});

test("refuses properties that it does not know, by name, before anything is touched", async (context) => {
  if (isOfficial()) {
    context.skip("the official plugin knows them all");
    return;
  }
  const wrong: WantedResource = { name: "net2", type: "Network", args: { ipv6: true } };
  await assert.rejects(
    swarm.stack.up([...resources({ version: "2", password: "second" }), wrong]),
    /The stand-in docker provider does not support this property\. Examine values at 'net2\.ipv6'/,
  );
});

test("removes everything, and waits until the network is free", async () => {
  const { changes } = await swarm.stack.run("destroy");
  assert.equal(changes.delete, 6);
  assert.equal(await swarm.target.docker("network", "ls", "--filter", `name=${networkName}`, "--quiet"), "");
});
