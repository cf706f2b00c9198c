import assert from "node:assert/strict";
import test from "node:test";
import { firstRootLine, rootLine, rootShell } from "../../../components/host/root-line.ts";
import { FakeMachine } from "./support/fake-machine.ts";

const root = { user: "root" };
const deploy = { user: "deploy" };

test("root's commands stay as they are, so that an existing stack sees no change", () => {
  for (const line of [rootLine, rootShell, firstRootLine])
    assert.equal(line(root, "mkdir /x && true"), "mkdir /x && true");
});

test("anybody else's go through sudo, which may not ask", () => {
  assert.equal(rootLine(deploy, "program a 'b c'"), "sudo -n -- program a 'b c'");
  assert.equal(
    rootShell(deploy, "cat >/x && mv '/x' /y"),
    `sudo -n -- sh -c 'cat >/x && mv '\\''/x'\\'' /y'`,
  );
});

test("a sudo that asks, is missing, or does not allow everything, is refused in one sentence at the first command", () => {
  const machine = new FakeMachine();
  const first = () => machine.run(firstRootLine(deploy, "echo done"));
  const sentence =
    'host: deploy may not run everything by sudo without a password; put "deploy ALL=(ALL) NOPASSWD:ALL" into a file below /etc/sudoers.d, or log in as root (kaleem:host, user)\n';
  assert.deepEqual(first(), { status: 1, stdout: "", stderr: sentence });
  machine.program("sudo", "echo 'sudo: a password is required' >&2; exit 1");
  assert.deepEqual(first(), { status: 1, stdout: "", stderr: sentence });
  machine.program("sudo", 'shift 2; exec "$@"');
  machine.program("true");
  machine.program("echo", 'printf "%s\\n" "$*"');
  assert.deepEqual(first(), { status: 0, stdout: "done\n", stderr: "" });
});
