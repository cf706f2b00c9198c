import assert from "node:assert/strict";
import { test } from "node:test";
import { halfMade } from "../../../operator/deploy/half-made-services.ts";

const service = "docker:index/service:Service";
const urn = (name: string, type = service) => `urn:pulumi:local::kaleem::${type}::${name}-service`;

function pending(type: string, name: unknown, kind = service) {
  return { type, resource: { urn: urn(String(name), kind), type: kind, inputs: { name } } };
}

const stateWith = (...operations: object[]) => ({
  version: 3,
  deployment: {
    manifest: { kept: 1 },
    resources: [{ urn: urn("mongo"), id: "1" }],
    pending_operations: operations,
  },
});

test("a service whose creation was begun and never written down is half-made, and cleared from the state", () => {
  const other = pending("updating", "api");
  const { services, cleared } = halfMade(stateWith(pending("creating", "api"), other));
  assert.deepEqual(services, ["api"]);
  assert.deepEqual(cleared, stateWith(other), "all else is as it was");
});

test("one that the state knows runs on; only the word of its creation is cleared", () => {
  assert.deepEqual(halfMade(stateWith(pending("creating", "mongo"))), { services: [], cleared: stateWith() });
});

test("an update, a removal and what is no service are left alone", () => {
  const others = [
    pending("updating", "api"),
    pending("deleting", "api"),
    pending("creating", "kaleem", "docker:index/network:Network"),
  ];
  assert.deepEqual(halfMade(stateWith(...others)), { services: [], cleared: null });
});

test("a service without a name cannot be looked for", () => {
  const nameless = { type: "creating", resource: { urn: urn("odd"), type: service } };
  assert.deepEqual(halfMade(stateWith(nameless)), { services: [], cleared: stateWith() });
});

test("a state without resources or operations has none", () => {
  for (const deployment of [{}, { resources: null, pending_operations: null }])
    assert.deepEqual(halfMade({ deployment }), { services: [], cleared: null });
});

test("what is no state is refused", () => {
  assert.throws(() => halfMade({}), /deployment/);
});
