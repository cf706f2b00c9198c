import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Declared } from "../../../catalog/rabbitmq/declared.ts";
import {
  importable,
  judgeAgainst,
  judgeDefinitions,
  parseDefinitions,
  selectDefinitions,
  statedByDefinitions,
  type Definitions,
} from "../../../catalog/rabbitmq/portable.ts";

const text = readFileSync(new URL("../../fixtures/imports/defs-2025-10-01.json", import.meta.url), "utf8");
const sample = (): Definitions => parseDefinitions(text);
const judge = (definitions: Definitions, withoutUsers = false) =>
  judgeDefinitions(definitions, "defs.json", withoutUsers);
const user = (facts: object) => ({ name: "shop", password_hash: "aGFzaA==", tags: [], limits: {}, ...facts });

test("what RabbitMQ exports is read, can be imported, and states what an inventory tells", () => {
  const definitions = sample();
  assert.deepEqual(judge(definitions), []);
  const { parts, stated, leftOut } = statedByDefinitions(definitions, false);
  assert.deepEqual(parts, ["tenant/one", "/"]);
  assert.deepEqual(leftOut, ["messages: definitions never hold any"]);
  assert.deepEqual(
    stated.map(({ path }) => path),
    [
      "vhost/tenant%2Fone",
      "vhost/%2F",
      "vhost/%2F/exchange/chat.events",
      "vhost/tenant%2Fone/queue/chat.incoming",
      "vhost/%2F/queue/legacy.classic",
      "vhost/%2F/binding/chat.events/queue/legacy.classic/chat.#",
      "vhost/%2F/policy/ttl",
      "user/kaleem",
      "user/kaleem/vhost/tenant%2Fone",
      "user/kaleem/vhost/%2F",
    ],
  );
});

test("one vhost, or one queue with the bindings to it and what they are from, is taken without users", () => {
  const select = (...names: string[]) => {
    const { parts, stated, missing } = selectDefinitions({ facts: { definitions: sample() } }, names);
    return { parts, missing, paths: stated.map(({ path }) => path) };
  };
  assert.deepEqual(select("tenant/one"), {
    parts: ["tenant/one"],
    missing: [],
    paths: ["vhost/tenant%2Fone", "vhost/tenant%2Fone/queue/chat.incoming"],
  });
  assert.deepEqual(select("/:legacy.classic", "/:gone"), {
    parts: ["/"],
    missing: ["/:gone"],
    paths: [
      "vhost/%2F",
      "vhost/%2F/exchange/chat.events",
      "vhost/%2F/queue/legacy.classic",
      "vhost/%2F/binding/chat.events/queue/legacy.classic/chat.#",
    ],
  });
  const { facts } = selectDefinitions({ facts: { definitions: sample() } }, ["/"]);
  const { users, permissions, global_parameters } = facts?.["definitions"] as Definitions;
  assert.deepEqual([users, permissions, global_parameters], [[], [], []]);
});

test("a user that is the platform's own, hashed in another way, twice, or unknown is told, each in a sentence", () => {
  const all: Definitions = {
    ...sample(),
    users: [
      user({ name: "admin" }),
      user({ name: "app-0123abcd" }),
      user({ hashing_algorithm: "rabbit_password_hashing_md5" }),
      user({ name: "twice" }),
      user({ name: "twice" }),
    ],
    permissions: [
      { user: "nobody", vhost: "/" },
      { user: "twice", vhost: "/" },
      { user: "twice", vhost: "/" },
    ],
  };
  const or = "or give --without-users and make the users anew";
  assert.deepEqual(judge(all), [
    `rabbitmq: defs.json has a user admin, which is the platform's own here and keeps its present password: take it out of the file, ${or}`,
    `rabbitmq: defs.json has a user app-0123abcd, which is the platform's own here and keeps its present password: take it out of the file, ${or}`,
    `rabbitmq: defs.json: the password of shop is hashed by rabbit_password_hashing_md5, which this server does not take: give the user a new password in the old server and export again, ${or}`,
    `rabbitmq: defs.json says what nobody may, and has no such user: export users and permissions together, ${or}`,
    `rabbitmq: defs.json has the user twice twice: take one out, ${or}`,
    `rabbitmq: defs.json says twice what twice in / may: take one out, ${or}`,
  ]);
  assert.deepEqual(judge(all, true), []);
  const { users, permissions, topic_permissions } = importable(all, true);
  assert.deepEqual([users, permissions, topic_permissions], [[], [], []]);
});

test("one without a hash, such as of a certificate's user, and one by SHA-512 are taken", () => {
  const users = [
    user({ name: "certificate", password_hash: "", hashing_algorithm: "other" }),
    user({ hashing_algorithm: "rabbit_password_hashing_sha512" }),
  ];
  assert.deepEqual(judge({ ...sample(), users, permissions: [] }), []);
});

test("definitions of one vhost that use another are told", () => {
  const definitions = { ...sample(), vhosts: [{ name: "/" }] };
  assert.deepEqual(judge(definitions), [
    "rabbitmq: defs.json uses the vhost tenant/one, which it does not define: export the definitions of all vhosts",
  ]);
});

test("mirroring, which RabbitMQ 4 refuses, is taken out of policies, and one of nothing else goes; it is said", () => {
  const [policy] = sample().policies;
  assert.ok(policy);
  const definitions: Definitions = {
    ...sample(),
    policies: [
      { ...policy, name: "both", definition: { "ha-mode": "all", "message-ttl": 5 } },
      { ...policy, name: "mirrors", definition: { "ha-mode": "all", "ha-sync-mode": "automatic" } },
    ],
    global_parameters: [
      { name: "internal_cluster_id", value: "x" },
      { name: "kept", value: 1 },
    ],
  };
  const taken = importable(definitions, false);
  assert.deepEqual(
    taken.policies.map(({ name, definition }) => [name, definition]),
    [["both", { "message-ttl": 5 }]],
  );
  assert.deepEqual(
    taken.global_parameters.map(({ name }) => name),
    ["kept"],
  );
  assert.deepEqual(statedByDefinitions(definitions, false).leftOut.slice(1), [
    "the mirroring in the policy both of /: RabbitMQ 4 has quorum queues instead",
    "the mirroring in the policy mirrors of /: RabbitMQ 4 has quorum queues instead",
  ]);
});

test("a queue or exchange that is here in another form is told: RabbitMQ would leave it so, and say nothing", () => {
  const { queues, exchanges } = sample();
  const same = { queues: queues.map((one) => ({ ...one, type: one.type ?? "classic" })), exchanges };
  const here = same as unknown as Declared;
  assert.deepEqual(judgeAgainst(sample(), here, "defs.json"), []);
  const other = structuredClone(same);
  other.queues = other.queues.map((one) => ({ ...one, type: "classic", arguments: {} }));
  other.exchanges = other.exchanges.map((one) => ({ ...one, type: "direct" }));
  assert.deepEqual(
    judgeAgainst(sample(), other as unknown as Declared, "defs.json").map((sentence) =>
      sentence.slice(0, sentence.indexOf(" is here")),
    ),
    [
      "rabbitmq: the queue chat.incoming of tenant/one",
      "rabbitmq: the queue legacy.classic of /",
      "rabbitmq: the exchange chat.events of /",
    ],
  );
});

test("what is no definitions is refused without a word of its content", () => {
  assert.throws(() => parseDefinitions(text.slice(0, 900)), { message: "is no JSON, or was cut off" });
  assert.throws(
    () => parseDefinitions('{"users": [{"password_hash": "secret"}]}'),
    /^Error: holds no definitions of RabbitMQ: users\.0\.name: (?!.*secret)/,
  );
});
