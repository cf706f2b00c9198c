import assert from "node:assert/strict";
import { test } from "node:test";
import { stackInstance } from "../../../local/instance.ts";
import { machineArguments } from "../../../local/machine/machine-arguments.ts";

const instance = stackInstance("/home/ada/kaleem", "local");
const line = (cgroup: 1 | 2, majorVersion: number): string =>
  machineArguments(instance, "kaleem/vps:1", { cgroup, majorVersion }).join(" ");

test("every port of the machine is published on the loopback address only", () => {
  const { ssh, http, https } = instance.machine.ports;
  const published = [...line(1, 20).matchAll(/--publish (\S+)/g)].map((match) => match[1]);
  assert.deepEqual(published, [`127.0.0.1:${ssh}:22`, `127.0.0.1:${http}:80`, `127.0.0.1:${https}:443`]);
});

test("the machine works where CAP_SYS_RESOURCE is missing: it is not privileged", () => {
  assert.match(line(1, 20), /--cap-add ALL --cap-drop SYS_RESOURCE/);
  assert.doesNotMatch(line(1, 20), /privileged/);
});

test("with cgroup v1 the machine shares the tree of the machine outside", () => {
  assert.match(line(1, 20), /--cgroupns host --volume \/sys\/fs\/cgroup:\/sys\/fs\/cgroup:rw/);
});

test("with cgroup v2 it has a namespace of its own, writable by option since Docker 28", () => {
  assert.match(line(2, 28), /--cgroupns private --security-opt writable-cgroups=true/);
  assert.match(line(2, 27), /--cgroupns private/);
  assert.doesNotMatch(line(2, 27), /writable-cgroups|\/sys\/fs\/cgroup/);
});

test("its disks are anonymous volumes, so that they go with the machine", () => {
  assert.doesNotMatch(line(2, 28), /--volume/);
});
