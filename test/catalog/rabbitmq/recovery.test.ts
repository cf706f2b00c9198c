import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { loginName } from "../../../catalog/login-name.ts";
import definitions from "../../../catalog/rabbitmq/files/definitions.json" with { type: "json" };
import { rabbitmq } from "../../../catalog/rabbitmq/rabbitmq.ts";

const { recovery } = rabbitmq;
const at = { host: "127.0.0.1", secrets: { "admin-password": "admin-secret", "app-password": "app-secret" } };

/** A management API that answers by path; what is missing is not found. */
function answering(answers: Readonly<Record<string, unknown>>): { readonly asked: string[] } {
  const asked: string[] = [];
  mock.method(globalThis, "fetch", async (url: string, { method, body }: RequestInit) => {
    const path = url.replace("http://127.0.0.1:15672/api/", "");
    asked.push(typeof body === "string" ? `${path} ${body}` : method === "DELETE" ? `DELETE ${path}` : path);
    if (method === "DELETE") return new Response(null, { status: 204 });
    const known = path in answers || path === "whoami" || path === "health/checks/ready-to-serve-clients";
    return new Response(JSON.stringify(answers[path] ?? {}), { status: known ? 200 : 404 });
  });
  return { asked };
}
afterEach(() => {
  mock.restoreAll();
});

test("an empty secret is named before anybody is asked", async () => {
  const { asked } = answering({});
  await assert.rejects(
    recovery.connect({ host: "127.0.0.1", secrets: { "admin-password": "x" } }),
    /^Error: rabbitmq: the secret app-password is empty$/,
  );
  assert.deepEqual(asked, []);
});

test("a refused password is told without it", async () => {
  mock.method(globalThis, "fetch", async () => new Response("{}", { status: 401 }));
  await assert.rejects(recovery.connect(at), (error: Error) => {
    assert.match(error.message, /the administrator's password is refused\. It is set at every start/);
    assert.doesNotMatch(error.message, /admin-secret/);
    return true;
  });
});

test("no answer is told with its reason", async () => {
  const cause = new Error("connect ECONNREFUSED 127.0.0.1:15672");
  mock.method(globalThis, "fetch", () => Promise.reject(new TypeError("fetch failed", { cause })));
  await assert.rejects(
    recovery.connect(at),
    /^Error: rabbitmq: GET \/api\/health\/checks\/ready-to-serve-clients: connect ECONNREFUSED 127\.0\.0\.1:15672$/,
  );
});

test("a canary that no queue took is a failure", async () => {
  answering({ "exchanges/%2F/amq.default/publish": { routed: false } });
  const client = await recovery.connect(at);
  await assert.rejects(
    recovery.canary.write(client, "mark"),
    /^Error: rabbitmq: the queue canary is missing, so the canary went nowhere: run `\.\/kaleem up`$/,
  );
});

test("resetUsers sets users and what they may, takes former logins away, and touches no queue", async () => {
  const users = ["admin", "app", loginName("app", "app-secret")].map((name) => ({ name }));
  const { asked } = answering({ definitions: {}, users });
  const client = await recovery.connect(at);
  await recovery.resetUsers(client);
  const [set = "", ...rest] = asked.slice(2);
  const sent = JSON.parse(set.replace("definitions ", "")) as Record<string, unknown>;
  assert.deepEqual(Object.keys(sent).sort(), ["permissions", "users", "vhosts"]);
  assert.deepEqual(rest, ["users", "DELETE users/app"]);
});

test("what applications no longer use is taken from every login of theirs, and from nobody else", async () => {
  const present = loginName("app", "app-secret");
  const permissions = [
    { user: "admin", vhost: "old/shop" },
    { user: present, vhost: "/" },
    { user: present, vhost: "old/shop" },
    { user: "app-0123abcd", vhost: "old/shop" },
    { user: "monitor", vhost: "old/shop" },
  ].map((one) => ({ ...one, configure: ".*", write: ".*", read: ".*" }));
  const grants = { rabbitmq: { permissions: [{ vhost: "/", configure: "^$", write: ".*", read: "^$" }] } };
  const gone = [`DELETE permissions/old%2Fshop/${present}`, "DELETE permissions/old%2Fshop/app-0123abcd"];
  const deleted = async (run: "setup" | "resetUsers", known: object): Promise<string[]> => {
    mock.restoreAll();
    const { asked } = answering({ definitions, permissions, users: [{ name: "admin" }, { name: present }] });
    await recovery[run](await recovery.connect({ ...at, ...known }));
    return asked.filter((request) => request.startsWith("DELETE"));
  };
  assert.deepEqual(await deleted("setup", { grants }), gone);
  assert.deepEqual(await deleted("resetUsers", { grants }), gone);
  // No application uses it any more.
  assert.equal((await deleted("setup", { grants: {} })).length, 3);
  // An agent that was not told what is granted takes nothing away.
  assert.deepEqual(await deleted("setup", {}), []);
});

test("setup leaves former logins valid, and retiring takes them away and nothing else", async () => {
  const users = ["app-0123abcd", "admin", "app", "monitor"].map((name) => ({ name }));
  const { asked } = answering({ definitions, users });
  const client = await recovery.connect(at);
  await recovery.setup(client);
  assert.ok(!asked.some((request) => request.startsWith("DELETE")));
  const before = asked.length;
  await recovery.retire?.(client);
  assert.deepEqual(asked.slice(before), ["users", "DELETE users/app-0123abcd", "DELETE users/app"]);
});
