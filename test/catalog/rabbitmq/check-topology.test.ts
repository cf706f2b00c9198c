import assert from "node:assert/strict";
import test from "node:test";
import { checkTopology } from "../../../catalog/rabbitmq/check-topology.ts";
import definitions from "../../../catalog/rabbitmq/files/definitions.json" with { type: "json" };

const queue = {
  name: "mails",
  vhost: "/",
  durable: true,
  auto_delete: false,
  arguments: { "x-queue-type": "quorum" },
};
const wanted = {
  queues: [queue, { ...queue, name: "canary" }],
  exchanges: [{ ...queue, name: "letters", type: "direct", arguments: {} }],
  bindings: [{ source: "letters", vhost: "/", destination: "mails", routing_key: "mails" }],
};
const copy = (): typeof wanted => structuredClone(wanted);

test("what is there as declared is accepted, whatever lies beside it", () => {
  const found = copy();
  found.queues.push({ ...queue, name: "somebody-elses" });
  checkTopology(wanted, found);
});

test("a queue that is missing or differs is named, and so is a binding", () => {
  const found = copy();
  found.queues = found.queues.filter(({ name }) => name !== "canary");
  const [mails] = found.queues;
  assert.ok(mails);
  mails.arguments["x-queue-type"] = "classic";
  found.bindings = found.bindings.filter(({ source }) => source !== "letters");
  assert.throws(
    () => checkTopology(wanted, found),
    /^Error: rabbitmq: the queue mails: expected \{.*"quorum".*\}, got \{.*"classic".*\}; the queue canary is missing; the exchange letters does not send mails to mails\. An existing queue .* run `\.\/kaleem up`$/,
  );
});

test("an exchange of another type is named", () => {
  const found = copy();
  const [letters] = found.exchanges;
  assert.ok(letters);
  letters.type = "fanout";
  assert.throws(() => checkTopology(wanted, found), /the exchange letters: expected .*"direct".*"fanout"/);
});

test("every queue is durable, written to disk before a message is confirmed, and forgets none for being looked at", () => {
  for (const { name, durable, arguments: properties } of definitions.queues) {
    assert.equal(durable, true, name);
    assert.equal(properties["x-queue-type"], "quorum", name);
    assert.equal(properties["x-delivery-limit"], -1, name);
  }
});
