import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startOwnAgent } from "../../../../operator/ssh/own-agent.ts";
import { sshKeyPair } from "../../../../operator/ssh/ssh-key-pair.ts";
import { remoteCommand } from "../../../../toolchain/providers/command/remote-command.ts";
import { Secret } from "../../../../toolchain/providers/protocol/value.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";
import { loopbackSshd } from "../../../operator/ssh/live-target.ts";
import { recordingContext } from "./live-context.ts";

describe("a connection without a key", () => {
  let own: Awaited<ReturnType<typeof loopbackSshd>>;
  let folder: string;
  let stranger: string;
  const before_ = process.env["SSH_AUTH_SOCK"];
  before(async () => {
    own = await loopbackSshd();
    folder = await mkdtemp(join(tmpdir(), "kaleem-agent-test-"));
    stranger = (await sshKeyPair(join(folder, "stranger"))).privateKeyFile;
  });
  after(async () => {
    if (before_ === undefined) delete process.env["SSH_AUTH_SOCK"];
    else process.env["SSH_AUTH_SOCK"] = before_;
    await rm(folder, { recursive: true });
    await own.stop();
  });

  const create = async (change: PropertyMap = {}) => {
    const { address: host, port, user, knownHostsFile } = own.target;
    const hostKey = (await readFile(knownHostsFile, "utf8")).split(" ").slice(1, 3).join(" ").trim();
    const connection = new Secret({ host, port, user, hostKey, dialErrorLimit: 0, ...change });
    const inputs = { connection, create: "echo in" };
    return remoteCommand.create({ inputs, preview: false }, recordingContext());
  };

  it("logs in with what the agent holds, whichever of its keys it is", async () => {
    process.env["SSH_AUTH_SOCK"] = await startOwnAgent([stranger, own.target.privateKeyFile]);
    assert.equal((await create()).properties["stdout"], "in");
    assert.equal((await create({ password: new Secret("wrong") })).properties["stdout"], "in");
  });

  it("says which ways were tried where the agent has no key that the host takes", async () => {
    const tried = (methods: string) => ({
      message: `after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods [${methods}], no supported methods remain`,
    });
    process.env["SSH_AUTH_SOCK"] = await startOwnAgent([stranger]);
    await assert.rejects(create(), tried("none publickey"));
    process.env["SSH_AUTH_SOCK"] = await startOwnAgent([]);
    await assert.rejects(create(), tried("none publickey"));
  });

  it("names an agent that does not answer, at once", async () => {
    process.env["SSH_AUTH_SOCK"] = join(folder, "nobody");
    await assert.rejects(create({ dialErrorLimit: 10 }), {
      message: `dial unix ${join(folder, "nobody")}: connect: no such file or directory (the SSH agent of SSH_AUTH_SOCK)`,
    });
  });
});
