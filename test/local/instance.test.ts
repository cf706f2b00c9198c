import assert from "node:assert/strict";
import { test } from "node:test";
import { stackInstance } from "../../local/instance.ts";

const here = "/home/ada/kaleem";
const there = "/home/ada/kaleem-2";

test("names derive from the stack and the checkout's folder", () => {
  const { machine, cloud, checkout } = stackInstance(here, "local");
  assert.match(checkout, /^[0-9a-f]{6}$/);
  assert.equal(machine.container, `kaleem-local-${checkout}-vps`);
  assert.equal(cloud.registry.container, `kaleem-local-${checkout}-registry`);
  assert.equal(cloud.s3.container, `kaleem-local-${checkout}-s3`);
  assert.equal(cloud.network, `kaleem-local-${checkout}`);
  assert.deepEqual(machine.labels, { "kaleem.checkout": checkout, "kaleem.stack": "local" });
  assert.deepEqual(cloud.labels, { "kaleem.checkout": checkout, "kaleem.cloud": "local" });
});

test("two checkouts share no name and no port", () => {
  const shared = intersection(everythingOf(here), everythingOf(there));
  assert.deepEqual(shared, []);
});

test("the ports of a stack and its cloud are below the range for outgoing connections, and differ", () => {
  for (let index = 0; index < 300; index++) {
    const { machine, cloud } = stackInstance(`${here}/${index}`, "local");
    const ports = [...Object.values(machine.ports), cloud.registry.port, cloud.s3.port];
    assert.equal(new Set(ports).size, 5);
    for (const port of ports) assert.ok(port >= 20_000 && port < 32_000, `${port}`);
  }
});

test("the cloud's addresses are in its subnet, outside the range that Docker hands out", () => {
  const { cloud } = stackInstance(here, "local");
  const [, net] = /^(10\.2[0-4]\d\.\d+)\.0\/24$/.exec(cloud.subnet) ?? [];
  assert.ok(net);
  assert.deepEqual(
    [cloud.gateway, cloud.s3.address, cloud.registry.address],
    [`${net}.1`, `${net}.3`, `${net}.4`],
  );
  assert.equal(cloud.addressRange, `${net}.128/25`);
  assert.equal(cloud.s3.endpoint, `http://${net}.3:9000`);
  assert.equal(cloud.registry.authority, `${net}.4:5000`);
});

test("a stack in another's cloud has a machine of its own and that cloud's servers", () => {
  const original = stackInstance(here, "local");
  const replacement = stackInstance(here, "drill", "local");
  assert.deepEqual(replacement.cloud, original.cloud);
  assert.notEqual(replacement.machine.container, original.machine.container);
  assert.notEqual(replacement.machine.ports.ssh, original.machine.ports.ssh);
});

test("refuses every name that would make no container name, at once", () => {
  const rule = "stack: expected lower-case letters, digits and hyphens, starting with a letter, at most 30";
  assert.throws(() => stackInstance(here, "Local", "my_cloud"), {
    message: `${rule}, other than "clouds"; got "Local", "my_cloud"`,
  });
  for (const name of ["", "-a", "a-", "1a", "clouds", "a".repeat(31)]) {
    assert.throws(() => stackInstance(here, name), { message: new RegExp(`got "${name}"$`) });
  }
});

function everythingOf(repository: string): readonly (string | number)[] {
  const { machine, cloud, folder } = stackInstance(repository, "local");
  const names = [
    machine.container,
    cloud.network,
    cloud.registry.volume,
    cloud.s3.volume,
    folder,
    cloud.folder,
  ];
  return [...names, ...Object.values(machine.ports), cloud.registry.port, cloud.s3.port];
}

function intersection<T>(left: readonly T[], right: readonly T[]): readonly T[] {
  return left.filter((item) => right.includes(item));
}
