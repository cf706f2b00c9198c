import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { sshOptions } from "../../../components/host/connection.ts";
import { sshMachine } from "../../../components/machine/ssh.ts";
import { valueOf } from "../support/value-of.ts";
import { startOwnAgent } from "../../../operator/ssh/own-agent.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";
import { loopbackSshd } from "../../operator/ssh/live-target.ts";

test("a host without files is reached by the agent's key and its pinned one, and by no other", async (t) => {
  const { target, stop } = await loopbackSshd();
  const folder = await mkdtemp(join(tmpdir(), "kaleem-connection-"));
  t.after(async () => {
    await rm(folder, { recursive: true });
    await stop();
  });
  const { address, port, user, knownHostsFile } = target;
  const agent = { SSH_AUTH_SOCK: await startOwnAgent([target.privateKeyFile]) };
  const presented = (await readFile(knownHostsFile, "utf8")).trim().split(" ").slice(1).join(" ");
  const other = (await sshKeyPair(join(folder, "other"))).publicKey;
  const log = async (hostKey: string, more: readonly string[] = [], name = address) => {
    const host = {
      kind: "ssh" as const,
      address: name,
      port,
      user,
      hostKey,
      restic: "distribution" as const,
      insecureRegistries: [],
    };
    const words = [
      ...more,
      ...(await valueOf(sshOptions(sshMachine(host)))),
      "-p",
      String(port),
      `${user}@${name}`,
      "echo in",
    ];
    return execa("ssh", words, { env: agent, reject: false });
  };
  assert.equal((await log(presented)).stdout, "in");
  const aliased = ["-o", "HostKeyAlias=elsewhere", "-o", `HostName=${address}`];
  assert.equal((await log(presented, aliased, "prod.invalid")).stdout, "in", "the user's names for it");
  const refused = await log(other);
  assert.equal(refused.exitCode, 255);
  assert.match(refused.stderr, /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/);

  await t.test("so do the operator's commands", async (t) => {
    const before = process.env["SSH_AUTH_SOCK"];
    t.after(() => {
      if (before === undefined) delete process.env["SSH_AUTH_SOCK"];
      else process.env["SSH_AUTH_SOCK"] = before;
    });
    process.env["SSH_AUTH_SOCK"] = agent.SSH_AUTH_SOCK;
    const keyless = { address, port, user, knownHostsFile };
    assert.equal((await new SshHost(keyless).run(["echo", "in"])).stdout, "in\n");
    process.env["SSH_AUTH_SOCK"] = await startOwnAgent([]);
    await assert.rejects(new SshHost(keyless).run(["echo", "in"]), /none of the keys .*KALEEM_SSH_KEY/);
  });
});
