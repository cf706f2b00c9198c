import assert from "node:assert/strict";
import { test } from "node:test";
import { stackInstance } from "../../../local/instance.ts";
import { sshArguments, sshRefusal } from "../../../local/machine/await-ssh.ts";

const instance = stackInstance("/home/ada/kaleem", "local");

test("trusts the pinned host key alone, and uses the stack's key alone", () => {
  const line = sshArguments(instance, ["true"]).join(" ");
  for (const option of [
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${instance.machine.knownHosts}`,
    "GlobalKnownHostsFile=none",
    "IdentitiesOnly=yes",
    "BatchMode=yes",
  ]) {
    assert.ok(line.includes(`-o ${option}`), option);
  }
  assert.ok(
    line.startsWith(`ssh -F none -i ${instance.machine.privateKey} -p ${instance.machine.ports.ssh} `),
  );
  assert.ok(line.endsWith(" root@127.0.0.1 true"));
});

test("a changed host key ends the wait and says where the pinned one is", () => {
  assert.match(
    sshRefusal(instance, "Host key verification failed.") ?? "",
    /its SSH host key is not the one pinned in .*known_hosts; if you replaced the machine yourself, remove that line/,
  );
});

test("a refused login key ends the wait and says what to do", () => {
  assert.match(
    sshRefusal(instance, "root@127.0.0.1: Permission denied (publickey).") ?? "",
    /refuses the key .*id_ed25519; .* Put that key back, or remove the machine/,
  );
});

test("a machine that still boots is waited for", () => {
  for (const answer of [
    "Connection refused",
    "Connection reset by peer",
    "kex_exchange_identification: closed",
  ]) {
    assert.equal(sshRefusal(instance, answer), undefined);
  }
});
