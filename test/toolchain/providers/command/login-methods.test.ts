import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAgent, loginMethods } from "../../../../toolchain/providers/command/login-methods.ts";

const agent = { SSH_AUTH_SOCK: "/run/agent" };
const methods = (given: { privateKey?: string; password?: string }, environment: NodeJS.ProcessEnv) =>
  loginMethods({ privateKey: given.privateKey, password: given.password }, environment);

test("the agent is asked where the connection has no key, after its password", () => {
  const asked = { name: "publickey", agentSocket: "/run/agent" };
  assert.deepEqual(methods({}, agent), [{ name: "none" }, asked]);
  assert.deepEqual(methods({ password: "p" }, agent), [
    { name: "none" },
    { name: "password" },
    { name: "keyboard-interactive" },
    asked,
  ]);
  assert.deepEqual(methods({ privateKey: "k" }, agent), [{ name: "none" }, { name: "publickey" }]);
  for (const environment of [{}, { SSH_AUTH_SOCK: "" }])
    assert.deepEqual(methods({}, environment), [{ name: "none" }]);
});

test("an agent that is not there is named, and not asked for where nobody needs it", async () => {
  const nowhere = { SSH_AUTH_SOCK: "/nowhere/agent" };
  await assert.rejects(checkAgent(methods({}, nowhere)), {
    message: "dial unix /nowhere/agent: connect: no such file or directory (the SSH agent of SSH_AUTH_SOCK)",
  });
  await checkAgent(methods({ privateKey: "k" }, nowhere));
  await checkAgent(methods({}, {}));
});
