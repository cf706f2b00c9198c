import assert from "node:assert/strict";
import { resolve } from "node:path";
import test from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../../components/config/schema.ts";
import { connection, sshOptions } from "../../../components/host/connection.ts";
import { sshMachine } from "../../../components/machine/ssh.ts";
import { valueOf } from "../support/value-of.ts";

const keyless: HostSettings = {
  kind: "ssh",
  address: "prod.example.com",
  port: 2222,
  user: "deploy",
  hostKey: "ssh-ed25519 AAAA",
  restic: "distribution",
  insecureRegistries: [],
};
const host = { ...keyless, privateKeyFile: "keys/prod", knownHostsFile: "keys/known_hosts" };

const options = (change: object) => valueOf(sshOptions(sshMachine({ ...host, ...change })));

test("a silent connection is kept from this side", async () => {
  const given = await options({});
  for (const option of ["ServerAliveInterval=15", "ServerAliveCountMax=8", "StrictHostKeyChecking=yes"])
    assert.ok(given.includes(option), option);
  assert.deepEqual(given.slice(0, 4), ["-F", "none", "-i", resolve("keys/prod")]);
});

test("paths with blanks and per cent signs reach ssh as they are", async () => {
  const given = await options({ privateKeyFile: "/my keys/100%", knownHostsFile: "/my keys/100%" });
  assert.equal(given[3], "/my keys/100%%");
  assert.ok(given.includes('UserKnownHostsFile="/my keys/100%%"'));
});

test("without files of this computer, ssh is given the pinned key itself, and leaves the login to the user's own", async () => {
  const given = await valueOf(sshOptions(sshMachine({ ...keyless, hostKey: "ssh-ed25519 AAAA= root@prod" })));
  assert.deepEqual(
    given.filter((word) => word !== "-o"),
    [
      "BatchMode=yes",
      "ControlMaster=no",
      "ControlPath=none",
      "UpdateHostKeys=no",
      "IdentityAgent=SSH_AUTH_SOCK",
      "StrictHostKeyChecking=yes",
      "UserKnownHostsFile=/dev/null",
      "KnownHostsCommand=/bin/echo %H ssh-ed25519 AAAA=",
      "GlobalKnownHostsFile=/dev/null",
      "ServerAliveInterval=15",
      "ServerAliveCountMax=8",
    ],
  );
});

test("a host with a key of its own keeps the options that stand in its state", async () => {
  assert.deepEqual(
    (await options({})).slice(4).filter((word) => word !== "-o"),
    [
      "BatchMode=yes",
      "IdentitiesOnly=yes",
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${resolve("keys/known_hosts")}`,
      "GlobalKnownHostsFile=/dev/null",
      "ServerAliveInterval=15",
      "ServerAliveCountMax=8",
    ],
  );
});

test("commands carry no key where the file names none, and say how to give one where there is no agent", async () => {
  const machine = sshMachine(keyless);
  const { host, hostKey, ...plain } = connection(machine, { SSH_AUTH_SOCK: "/run/agent" });
  assert.deepEqual(plain, { port: 2222, user: "deploy", dialErrorLimit: 10 });
  assert.deepEqual(await valueOf(pulumi.all([host, hostKey])), ["prod.example.com", "ssh-ed25519 AAAA"]);
  for (const environment of [{}, { SSH_AUTH_SOCK: "" }])
    assert.throws(
      () => connection(machine, environment),
      /^Error: host: there is no key to log in with: no SSH agent .* ssh-add FILE\..*IdentityFile.*KALEEM_SSH_KEY/,
    );
});

test("a path that ssh cannot be given is refused", () => {
  for (const path of ['/a"b', "/a\\b", "/${HOME}/key"])
    assert.throws(
      () => options({ knownHostsFile: path }),
      /has a quote, a backslash or \$\{ in it, which ssh does not take; move the file/,
    );
});
