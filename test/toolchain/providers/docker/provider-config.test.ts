import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDockerHost } from "../../../../toolchain/providers/docker/api/docker-host.ts";
import { sshArguments } from "../../../../toolchain/providers/docker/api/ssh-stream.ts";
import {
  checkProviderConfig,
  diffProviderConfig,
  dockerHostOf,
} from "../../../../toolchain/providers/docker/provider-config.ts";
import { Secret, unknown } from "../../../../toolchain/providers/protocol/value.ts";

test("takes an ssh address apart, options from their JSON form included", () => {
  const config = {
    host: new Secret("ssh://root@10.0.0.7:2222"),
    sshOpts: '["-i","/keys/id"]',
    version: "5.2.0",
  };
  assert.deepEqual(dockerHostOf(config), {
    kind: "ssh",
    address: "10.0.0.7",
    user: "root",
    port: "2222",
    sshOptions: ["-i", "/keys/id"],
  });
});

test("calls ssh with the options before the host, and only for Docker's API", () => {
  const host = parseDockerHost("ssh://root@[fd00::1]:22", ["-o", "BatchMode=yes"]);
  assert.ok(host.kind === "ssh");
  assert.equal(
    sshArguments(host).join(" "),
    "-l root -p 22 -o BatchMode=yes -o ConnectTimeout=30 -T -- fd00::1 docker system dial-stdio",
  );
});

test("takes a socket", () => {
  assert.deepEqual(parseDockerHost("unix:///run/d.sock", []), { kind: "unix", socketPath: "/run/d.sock" });
});

for (const [host, message] of [
  [
    "foo://x",
    /host: "foo:\/\/x" is no address that the stand-in understands; use ssh:\/\/user@host:port or unix:\/\/\/path\./,
  ],
  ["tcp://10.0.0.7:2375", /is no address that the stand-in understands/],
  [
    "ssh://root:secret@h",
    /^docker provider: host: "ssh:\/\/h" may hold neither a password nor a path; use a key\.$/,
  ],
  ["ssh://root@h/run/d.sock", /may hold neither a password nor a path/],
] as const) {
  test(`refuses the address ${host}`, () => {
    assert.throws(
      () => parseDockerHost(host, []),
      ({ message: said }: Error) => message.test(said),
    );
  });
}

test("never takes a host that is not known yet for the Docker of this machine", () => {
  assert.throws(() => dockerHostOf({ host: unknown }), /host: is not known yet/);
});

test("refuses ssh options that are no list of texts", () => {
  assert.throws(
    () => dockerHostOf({ host: "ssh://h", sshOpts: "[1]" }),
    /sshOpts: a list of texts is wanted/,
  );
});

test("refuses provider properties that it would ignore", () => {
  const reasons = checkProviderConfig({ host: "ssh://h", version: "5.2.0", registryAuth: "[]" });
  assert.deepEqual(reasons, [
    "docker provider: registryAuth: the stand-in takes only host and sshOpts; leave it out, or use the official docker plugin.",
  ]);
});

test("calls another host an update of the provider, never a replacement", () => {
  const olds = { host: "ssh://a", sshOpts: '["-v"]', version: "5.1.0" };
  assert.deepEqual(diffProviderConfig(olds, { host: "ssh://b", version: "5.2.0" }), {
    changes: "some",
    diffs: ["host", "sshOpts"],
    detailedDiff: { host: { kind: "UPDATE", inputDiff: true }, sshOpts: { kind: "DELETE", inputDiff: true } },
  });
  assert.equal(diffProviderConfig(olds, olds), undefined);
});
