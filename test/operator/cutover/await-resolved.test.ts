import assert from "node:assert/strict";
import { test } from "node:test";
import { isResolved, nameServers } from "../../../operator/cutover/await-resolved.ts";

const said = (...answers: (readonly string[] | string)[]) =>
  answers.map((addresses, at) => ({ server: `ns${at}`, addresses }));

test("a name is resolved when every server that answers gives the address, and that alone", () => {
  assert.ok(isResolved(said(["203.0.113.9"], ["203.0.113.9"]), "203.0.113.9"));
  assert.ok(isResolved(said(["203.0.113.9"], "queryA ETIMEOUT"), "203.0.113.9"));
  assert.ok(!isResolved(said(["203.0.113.9"], ["203.0.113.7"]), "203.0.113.9"));
  assert.ok(!isResolved(said(["203.0.113.9", "203.0.113.7"]), "203.0.113.9"));
  assert.ok(!isResolved(said("queryA ETIMEOUT"), "203.0.113.9"));
  assert.ok(!isResolved([], "203.0.113.9"));
});

test("a resolver is an address, with a port or without", () => {
  for (const right of ["192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353"])
    assert.ok(nameServers(right), right);
  for (const wrong of ["ns.example.com", "", "192.0.2.53:port"])
    assert.throws(() => nameServers(wrong), /^RecoveryError: --resolver: expected an address such as/);
});
