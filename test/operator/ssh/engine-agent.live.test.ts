import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { engineAgent } from "../../../operator/ssh/engine-agent.ts";
import { startOwnAgent } from "../../../operator/ssh/own-agent.ts";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";

const target = {
  address: "prod.example.com",
  port: 22,
  user: "root",
  knownHostsFile: "/nowhere/known_hosts",
};

describe("the agent that the engine logs in with", () => {
  let folder: string;
  let plain: string;
  let locked: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kaleem-engine-agent-"));
    plain = (await sshKeyPair(join(folder, "plain"))).privateKeyFile;
    locked = join(folder, "locked");
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", locked]);
  });
  after(() => rm(folder, { recursive: true }));

  const held = async (socket: string) =>
    (await execa("ssh-add", ["-l"], { env: { SSH_AUTH_SOCK: socket }, reject: false })).stdout;
  const print = async (file: string) =>
    (await execa("ssh-keygen", ["-l", "-f", file])).stdout.split(" ")[1] ?? "";

  it("holds the key that KALEEM_SSH_KEY names, alone, whatever the running one holds", async () => {
    const other = (await sshKeyPair(join(folder, "other"))).privateKeyFile;
    const running = await startOwnAgent([other]);
    const socket = await engineAgent({ ...target, privateKeyFile: plain }, { SSH_AUTH_SOCK: running });
    const keys = await held(socket);
    assert.equal(keys.split("\n").length, 1);
    assert.ok(keys.includes(await print(plain)), keys);
    assert.equal((await stat(dirname(socket))).mode & 0o777, 0o700);
  });

  it("is the running one for a key with a passphrase, once it holds the key", async () => {
    const named = { ...target, privateKeyFile: locked };
    await assert.rejects(engineAgent(named, {}), {
      message: `KALEEM_SSH_KEY: ${locked} has a passphrase and no SSH agent is running; run: eval "$(ssh-agent)" && ssh-add ${locked}, or name a key without one`,
    });
    const running = await startOwnAgent([plain]);
    await assert.rejects(engineAgent(named, { SSH_AUTH_SOCK: running }), {
      message: `KALEEM_SSH_KEY: ${locked} has a passphrase, and the running SSH agent does not hold it; run: ssh-add ${locked}`,
    });
    const copy = join(folder, "copy");
    await execa("cp", ["-p", locked, copy]);
    await execa("ssh-keygen", ["-q", "-p", "-P", "secret", "-N", "", "-f", copy]);
    await execa("ssh-add", ["-q", copy], { env: { SSH_AUTH_SOCK: running } });
    assert.equal(await engineAgent(named, { SSH_AUTH_SOCK: running }), running);
  });

  it("is the running one where no key is named", async () => {
    const running = await startOwnAgent([plain]);
    assert.equal(await engineAgent(target, { SSH_AUTH_SOCK: running }), running);
  });

  it("ends with the process that started it, even one that is killed", async () => {
    const module = fileURLToPath(new URL("../../../operator/ssh/own-agent.ts", import.meta.url));
    for (const end of ["process.exitCode = 0", 'process.kill(process.pid, "SIGKILL")']) {
      const script =
        `import { startOwnAgent } from ${JSON.stringify(module)};` +
        `process.stdout.write(await startOwnAgent([${JSON.stringify(plain)}]) + "\\n", () => { ${end} });`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let socket = "";
      child.stdout.on("data", (chunk: Buffer) => (socket += chunk.toString()));
      await once(child, "close");
      socket = socket.trim();
      assert.match(socket, /kaleem-agent-/);
      const limit = Date.now() + 15_000;
      while ((await held(socket)).includes("SHA256") && Date.now() < limit) await pause(200);
      assert.doesNotMatch(await held(socket), /SHA256/, end);
      if (end.includes("exitCode")) assert.equal(existsSync(dirname(socket)), false);
      else await rm(dirname(socket), { recursive: true, force: true });
    }
  });
});
