import assert from "node:assert/strict";
import { test } from "node:test";
import { moveHost } from "../../../operator/stack/move-host.ts";

const text = `# The prod stack.
config:
  kaleem:host: # the machine
    kind: ssh
    address: old.example.com
    hostKey: ssh-ed25519 AAAAold
  kaleem:closed: false # not yet
  kaleem:redis-password: { secure: v1:abc }
`;
const host = { address: "192.0.2.7", port: 2222, user: "deploy", hostKey: "ssh-ed25519 AAAAnew" };

test("address, port, user and key change, and nothing else, comments included", () => {
  const moved = moveHost(text, "Pulumi.prod.yaml", host);
  assert.deepEqual(moved.diff, [
    '- host.address: "old.example.com"',
    '+ host.address: "192.0.2.7"',
    "+ host.port: 2222",
    '+ host.user: "deploy"',
    '- host.hostKey: "ssh-ed25519 AAAAold"',
    '+ host.hostKey: "ssh-ed25519 AAAAnew"',
  ]);
  for (const kept of ["# The prod stack.", "# the machine", "closed: false # not yet", "secure: v1:abc"])
    assert.ok(moved.text.includes(kept), kept);
  assert.deepEqual(moveHost(moved.text, "Pulumi.prod.yaml", host), { text: moved.text, diff: [] });
});

test("the restic that the machine needs is written, and taken away where its own will do", () => {
  const brought = moveHost(text, "Pulumi.prod.yaml", { restic: "linux-amd64" });
  assert.deepEqual(brought.diff, ['+ host.restic: "linux-amd64"']);
  const taken = moveHost(brought.text, "Pulumi.prod.yaml", { restic: undefined });
  assert.deepEqual(taken.diff, ['- host.restic: "linux-amd64"']);
  assert.doesNotMatch(taken.text, /restic/);
  assert.deepEqual(moveHost(text, "Pulumi.prod.yaml", { restic: undefined }), { text, diff: [] });
});

test("a file without a host is refused as it is", () => {
  assert.throws(() => moveHost("config: {}\n", "Pulumi.prod.yaml", host), {
    message:
      "Pulumi.prod.yaml: expected a stack file with kaleem:host, got something else; nothing was changed",
  });
});
