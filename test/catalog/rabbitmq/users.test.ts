import assert from "node:assert/strict";
import { test } from "node:test";
import { loginName } from "../../../catalog/login-name.ts";
import { sampleGrants } from "../sample-catalog.ts";
import definitions from "../../../catalog/rabbitmq/files/definitions.json" with { type: "json" };
import { formerLogins, usersWithRights } from "../../../catalog/rabbitmq/users.ts";

const passwords = { admin: "admin-secret", app: "app-secret" };
const login = loginName("app", "app-secret");

test("the application has its own exchanges and queues, and nothing of the platform's", () => {
  const app = usersWithRights(passwords, sampleGrants).permissions.find(({ user }) => user === login);
  assert.ok(app);
  const names: readonly string[] = [
    "orders",
    "webhooks",
    "dead",
    "receipts",
    "amq.default",
    ...definitions.queues.map(({ name }) => name),
  ];
  for (const right of ["configure", "write", "read"] as const) {
    const pattern: RegExp = new RegExp(app[right]);
    const allowed: readonly string[] = names.filter((name) => pattern.test(name));
    assert.deepEqual(allowed, ["orders", "webhooks", "dead", "receipts"], right);
  }
});

test("users are the administrator and one login of the applications, whose name is no password", () => {
  const { users, permissions } = usersWithRights(passwords, sampleGrants);
  assert.deepEqual(users, [
    { name: "admin", password: "admin-secret", tags: ["administrator"] },
    { name: login, password: "app-secret", tags: [] },
  ]);
  assert.deepEqual(
    permissions.map(({ user }) => user),
    ["admin", login],
  );
});

// What a start imports must name no user that it does not make: RabbitMQ would not start.
test("a start gives rights to the administrator only", () => {
  assert.deepEqual(
    definitions.permissions.map(({ user }) => user),
    ["admin"],
  );
});

test("former logins are the applications' own, with or without a mark, never the present one or anybody else's", () => {
  const names: readonly string[] = [
    "admin",
    login,
    "app",
    "app-0123abcd",
    "app-monitor",
    "application",
    "guest",
  ];
  assert.deepEqual(formerLogins(names, passwords), ["app", "app-0123abcd"]);
});
