import assert from "node:assert/strict";
import { test } from "node:test";
import { logText } from "../../../recovery/docker/log-text.ts";
import { createBody } from "../../../recovery/docker/lone-container.ts";
import { serviceStart } from "../../../recovery/docker/service-start.ts";
import { parseSwarmService } from "../../../recovery/docker/swarm-service.ts";

const alone = { name: "n", image: "i", user: "1:1", hostname: "mongo", args: ["mongod"], binds: ["/a:/b"] };

test("a maintenance start is what it was: without limits, on no network, its own name leading to itself", () => {
  assert.deepEqual(createBody(alone), {
    Image: "i",
    User: "1:1",
    Hostname: "mongo",
    Cmd: ["mongod"],
    HostConfig: { NetworkMode: "none", Init: true, Binds: ["/a:/b"], ExtraHosts: ["mongo:127.0.0.1"] },
  });
});

test("a confined one stands behind everybody else and keeps no capability that it is not given", () => {
  const confined = {
    memory: 7,
    readOnlyRoot: true,
    capabilities: ["CHOWN"],
    scratch: { "/tmp": 9, "/t": null },
  };
  const { HostConfig, ...rest } = createBody({
    ...alone,
    env: ["A=b"],
    label: "l",
    entrypoint: ["sh"],
    confined,
  });
  assert.deepEqual(
    [rest["Env"], rest["Labels"], rest["Entrypoint"], rest["Healthcheck"]],
    [["A=b"], { l: "" }, ["sh"], { Test: ["NONE"] }],
  );
  const { Binds, ExtraHosts, Init, LogConfig, ...limits } = HostConfig as Record<string, unknown>;
  assert.deepEqual([Binds, ExtraHosts, Init], [["/a:/b"], ["mongo:127.0.0.1"], true]);
  assert.deepEqual(LogConfig, { Type: "json-file", Config: { "max-size": "1m", "max-file": "1" } });
  assert.deepEqual(limits, {
    NetworkMode: "none",
    Memory: 7,
    MemorySwap: 7,
    CpuShares: 64,
    BlkioWeight: 10,
    OomScoreAdj: 1000,
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    CapAdd: ["CHOWN"],
    Mounts: [
      { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 9 } },
      { Type: "tmpfs", Target: "/t" },
    ],
  });
});

const container = {
  Image: "r/redis:8@sha256:1",
  Command: ["/bin/sh", "/etc/kaleem/entrypoint"],
  Args: ["--maxmemory", "9"],
  User: "999:999",
  ReadOnly: true,
  Mounts: [
    { Type: "bind", Source: "/srv", Target: "/data" },
    { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 5 } },
  ],
  Secrets: [{ SecretID: "s", File: { Name: "password" } }],
  Configs: [{ ConfigID: "c", ConfigName: "x", File: { Name: "/etc/kaleem/entrypoint", Mode: 0o444 } }],
};
const service = (ContainerSpec: object, Resources?: object) =>
  parseSwarmService({
    ID: "1",
    Version: { Index: 1 },
    Spec: {
      Name: "redis",
      Mode: { Replicated: { Replicas: 1 } },
      TaskTemplate: { ContainerSpec, Resources },
    },
  });

test("how a service starts its tasks is read from what Swarm keeps of it", () => {
  assert.deepEqual(serviceStart(service(container, { Limits: { MemoryBytes: 18 } })), {
    image: "r/redis:8@sha256:1",
    user: "999:999",
    entrypoint: ["/bin/sh", "/etc/kaleem/entrypoint"],
    args: ["--maxmemory", "9"],
    env: [],
    memory: 18,
    readOnlyRoot: true,
    capabilities: [],
    scratch: { "/tmp": 5 },
    configs: [{ config: "c", path: "/etc/kaleem/entrypoint", mode: 0o444 }],
  });
  const bare = serviceStart(service({ Image: "i" }));
  assert.deepEqual([bare.entrypoint, bare.memory, bare.configs, bare.readOnlyRoot], [null, null, [], false]);
});

test("a log's frames become its text, also where the last one was cut off", () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const all = Buffer.concat([frame(1, "one\n"), frame(2, "سلة\n")]);
  assert.equal(logText(all), "one\nسلة\n");
  assert.equal(logText(all.subarray(0, -1)), "one\nسلة");
  assert.equal(logText(Buffer.alloc(0)), "");
});
