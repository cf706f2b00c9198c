import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { removeHalfMade } from "../../../operator/deploy/half-made-services.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import type { WantedResource } from "../../toolchain/providers/docker/scratch-stack.ts";
import { scratchSwarm } from "../../toolchain/providers/docker/scratch-swarm.ts";

// One story on one stack: an engine is killed while a service is being made, and the next runs meet what it left.

const name = "kaleem-half-made";

const swarm = scratchSwarm("half-made");

/** A service that is healthy soon, or never: then its making goes on until somebody ends it. */
function declared(health: "soon" | "never"): WantedResource[] {
  const tests = ["CMD", "/bin/sh", "-c", health === "soon" ? "exit 0" : "exit 1"];
  const args = {
    name,
    mode: { replicated: { replicas: 1 } },
    endpointSpec: { mode: "dnsrr" },
    convergeConfig: { delay: "1s", timeout: "5m" },
    taskSpec: {
      containerSpec: {
        image: `${swarm.target.image}:half-made`,
        commands: ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"],
        init: true,
        healthcheck: { tests, interval: "1s", timeout: "3s", retries: 100, startPeriod: "1s" },
      },
    },
  };
  return [{ name: "svc", type: "Service", args }];
}

const services = () => swarm.target.docker("service", "ls", "--filter", `name=${name}`, "--quiet");

/** The engine that works on the stack, by the lock that it holds. */
function engineProcess(): number {
  const locks = join(swarm.stack.context.stateDirectory, ".pulumi", "locks");
  const [file] = readdirSync(locks, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".json"),
  );
  assert.ok(file !== undefined, "no engine holds a lock");
  return (JSON.parse(readFileSync(join(locks, file), "utf8")) as { pid: number }).pid;
}

/** A process and all that it has started, by whichever thread. */
function family(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  const children = readdirSync(tasks).flatMap((task) =>
    readFileSync(join(tasks, task, "children"), "utf8")
      .trim()
      .split(" "),
  );
  return [pid, ...children.filter((child) => child !== "").flatMap((child) => family(Number(child)))];
}

test("while an engine works on the stack, what it makes is left alone; killed, it leaves a service that no state knows", async () => {
  const running = swarm.stack.up(declared("never"));
  running.catch(() => undefined);
  const deadline = Date.now() + 60_000;
  while ((await services()) === "") {
    assert.ok(Date.now() < deadline, "the service never appeared");
    await delay(200);
  }
  assert.deepEqual(await removeHalfMade(swarm.stack.context, new SshHost(swarm.target.target)), []);
  // As when the machine that it runs on is lost, all at one instant: a plugin that lived longer than its engine would tidy up.
  const all = family(engineProcess());
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) for (const pid of all) process.kill(pid, signal);
  await assert.rejects(running);
  assert.notEqual(await services(), "");
});

test("the next run is refused by its name", async () => {
  await assert.rejects(swarm.stack.up(declared("soon")), /name conflicts with an existing object/);
});

test("what was half-made is removed, once, and the run after it makes it anew", async () => {
  assert.deepEqual(await removeHalfMade(swarm.stack.context, new SshHost(swarm.target.target)), [name]);
  assert.equal(await services(), "");
  const { changes, diagnostics } = await swarm.stack.up(declared("soon"));
  assert.equal(changes.create, 1);
  assert.doesNotMatch(diagnostics.join("\n"), /pending operations/, "the state is clear of it");
  assert.deepEqual(
    await removeHalfMade(swarm.stack.context, new SshHost(swarm.target.target)),
    [],
    "what the state knows stays",
  );
  assert.notEqual(await services(), "");
});
