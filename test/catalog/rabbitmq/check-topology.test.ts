import assert from "node:assert/strict";
import test from "node:test";
import { checkTopology } from "../../../catalog/rabbitmq/check-topology.ts";
import definitions from "../../../catalog/rabbitmq/files/definitions.json" with { type: "json" };

const copy = (): typeof definitions => structuredClone(definitions);

test("what is there as declared is accepted, whatever lies beside it", () => {
  const found = copy();
  const [queue] = found.queues;
  assert.ok(queue);
  found.queues.push({ ...queue, name: "somebody-elses" });
  checkTopology(definitions, found);
});

test("a queue that is missing or differs is named, and so is a binding", () => {
  const found = copy();
  found.queues = found.queues.filter(({ name }) => name !== "canary");
  const [receipts] = found.queues;
  assert.ok(receipts);
  receipts.arguments["x-queue-type"] = "classic";
  found.bindings = found.bindings.filter(({ source }) => source !== "webhooks");
  assert.throws(
    () => checkTopology(definitions, found),
    /^Error: rabbitmq: the queue receipts: expected \{.*"quorum".*\}, got \{.*"classic".*\}; the queue canary is missing; the exchange webhooks does not send webhooks to webhooks\. An existing queue .* run `\.\/kaleem up`$/,
  );
});

test("an exchange of another type is named", () => {
  const found = copy();
  const [orders] = found.exchanges;
  assert.ok(orders);
  orders.type = "fanout";
  assert.throws(
    () => checkTopology(definitions, found),
    /the exchange orders: expected .*"direct".*"fanout"/,
  );
});

test("every queue is durable, written to disk before a message is confirmed, and forgets none for being looked at", () => {
  for (const { name, durable, arguments: properties } of definitions.queues) {
    assert.equal(durable, true, name);
    assert.equal(properties["x-queue-type"], "quorum", name);
    assert.equal(properties["x-delivery-limit"], -1, name);
  }
});
