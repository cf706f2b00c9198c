import assert from "node:assert/strict";
import { resolve } from "node:path";
import test from "node:test";
import { sshOptions } from "../../../components/host/connection.ts";

const host = {
  kind: "ssh",
  address: "prod.example.com",
  port: 2222,
  user: "deploy",
  hostKey: "ssh-ed25519 AAAA",
  privateKeyFile: "keys/prod",
  knownHostsFile: "keys/known_hosts",
  insecureRegistries: [],
} as const;

const options = (change: object) => sshOptions({ ...host, ...change, insecureRegistries: [] });

test("a silent connection is kept from this side", () => {
  const given = options({});
  for (const option of ["ServerAliveInterval=15", "ServerAliveCountMax=8", "StrictHostKeyChecking=yes"])
    assert.ok(given.includes(option), option);
  assert.deepEqual(given.slice(0, 4), ["-F", "none", "-i", resolve("keys/prod")]);
});

test("paths with blanks and per cent signs reach ssh as they are", () => {
  const given = options({ privateKeyFile: "/my keys/100%", knownHostsFile: "/my keys/100%" });
  assert.equal(given[3], "/my keys/100%%");
  assert.ok(given.includes('UserKnownHostsFile="/my keys/100%%"'));
});

test("a path that ssh cannot be given is refused", () => {
  for (const path of ['/a"b', "/a\\b", "/${HOME}/key"])
    assert.throws(
      () => options({ knownHostsFile: path }),
      /has a quote, a backslash or \$\{ in it, which ssh does not take; move the file/,
    );
});
