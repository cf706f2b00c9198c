import assert from "node:assert/strict";
import test from "node:test";
import { sshMachine } from "../../../components/machine/ssh.ts";
import { valueOf } from "../support/value-of.ts";

const settings = {
  kind: "ssh",
  address: "192.0.2.7",
  port: 2222,
  user: "deploy",
  hostKey: "ecdsa-sha2-nistp256 AAAA root@prod",
  restic: "distribution",
  insecureRegistries: [],
} as const;

test("a machine of the stack's file is what the file says, and nothing that it leaves out", async () => {
  const { address, hostKey, ...plain } = sshMachine({ ...settings, insecureRegistries: [] });
  assert.equal(await valueOf(address), "192.0.2.7");
  assert.equal(
    await valueOf(hostKey),
    settings.hostKey,
    "the comment too: it stands in the inputs of a platform that is up",
  );
  assert.deepEqual(plain, { port: 2222, user: "deploy", hostKeyType: "ecdsa-sha2-nistp256" });
});

test("the files of this computer come along", () => {
  const files = { privateKeyFile: "keys/prod", knownHostsFile: "keys/known_hosts" };
  const machine = sshMachine({ ...settings, insecureRegistries: [], ...files });
  assert.deepEqual([machine.privateKeyFile, machine.knownHostsFile], ["keys/prod", "keys/known_hosts"]);
});
