import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { PulumiError } from "../../../../toolchain/engine/pulumi-error.ts";
import { sshKeyPair } from "../../../../operator/ssh/ssh-key-pair.ts";
import { SshHost } from "../../../../operator/ssh/ssh.ts";
import { freePort, liveTarget, loopbackSshd } from "../../../operator/ssh/live-target.ts";
import type { LiveTarget } from "../../../operator/ssh/live-target.ts";
import { CommandStack } from "./command-stack.ts";

const secret = "s3cret-of-the-test";

describe("the command provider under the real engine", () => {
  let live: LiveTarget;
  let stack: CommandStack;
  let folder: string;
  let connection: Record<string, unknown>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kaleem-engine-test-"));
    live = await liveTarget();
    stack = await CommandStack.create();
    const { address, port, user } = live.target;
    const { hostKey, privateKey } = live;
    connection = { host: address, port, user, privateKey, hostKey, dialErrorLimit: 2 };
  });
  after(async () => {
    await stack.remove();
    await live.stop();
    await rm(folder, { recursive: true });
  });

  const at = (path: string): string => `${live.directory}/${path}`;
  const onHost = async (script: string): Promise<string> =>
    (await new SshHost(live.target).run(["sh", "-c", `cd ${live.directory} && ${script}`])).stdout;
  const logged = (word: string) => ({
    create: `cat > ${at("stdin")}; echo create ${word} >> ${at("log")}`,
    update: `cat > ${at("stdin")}; echo update ${word} >> ${at("log")}`,
    delete: `echo delete ${word} >> ${at("log")}`,
  });
  const fails = async (work: Promise<unknown>, ...says: readonly string[]): Promise<void> => {
    await assert.rejects(work, (error) => {
      assert(error instanceof PulumiError);
      for (const text of says)
        assert(error.message.includes(text), `${error.message}\ndoes not say: ${text}`);
      assert(!error.message.includes(secret), "a secret is shown");
      assert(!error.message.includes("PRIVATE KEY"), "the login key is shown");
      return true;
    });
  };

  it("creates, then finds everything unchanged, and keeps the secret out of the state", async () => {
    const file = join(folder, "copied");
    await writeFile(file, "one\n");
    const resources = {
      connection,
      commands: { c: { ...logged("1"), secretStdin: secret, logging: "none" } },
      copies: { f: { file, remotePath: at("deep/copied") } },
    };
    const created = await stack.up(resources);
    assert.equal(created.changes.create, 3);
    const warnings = created.diagnostics.filter(
      (text) => !text.startsWith("using pulumi-resource-command from $PATH"),
    );
    assert.deepEqual(warnings, []);
    assert.equal(await onHost("cat log stdin deep/copied"), `create 1\n${secret}one\n`);
    assert.deepEqual({ ...(await stack.up(resources)).changes, same: 0 }, noChange);
    assert.deepEqual({ ...(await stack.run("refresh")).changes, same: 0 }, noChange);
    const state = await stack.stateText();
    assert(!state.includes(secret));
    assert(!state.includes("PRIVATE KEY"));

    await writeFile(file, "two\n");
    assert.equal((await stack.up(resources)).changes.update, 1);
    assert.equal(await onHost("cat log deep/copied"), "create 1\ntwo\n");
  });

  it("updates in place, and on changed triggers creates the new one before it deletes the old", async () => {
    await onHost("rm -f log");
    const updated = await stack.up({ connection, commands: { c: { ...logged("2"), triggers: ["a"] } } });
    assert.equal(updated.changes.replace, 1);
    assert.equal(await onHost("cat log"), "create 2\ndelete 1\n");
    await stack.up({ connection, commands: { c: { ...logged("3"), triggers: ["a"] } } });
    assert.equal(
      (await stack.up({ connection, commands: { c: { ...logged("4"), triggers: ["b"] } } })).changes.replace,
      1,
    );
    assert.equal(await onHost("cat log"), "create 2\ndelete 1\nupdate 3\ncreate 4\ndelete 3\n");
  });

  it("keeps nothing of a command whose create failed, and the old state of one whose update failed", async () => {
    await onHost("rm -f log");
    const failing = { create: "echo some out; exit 3", update: "exit 4" };
    await fails(
      stack.up({
        connection,
        commands: { c: { ...logged("4"), update: "exit 4", triggers: ["b"] }, d: failing },
      }),
      'd: Process exited with status 3: running "echo some out; exit 3":\nsome out',
      'c: Process exited with status 4: running "exit 4":',
    );
    assert.deepEqual(await stack.names(), ["c"]);
    const repaired = await stack.up({ connection, commands: { c: { ...logged("4"), triggers: ["b"] } } });
    assert.deepEqual({ ...repaired.changes, same: 0 }, noChange, "the failed update is forgotten");
  });

  it("keeps a resource whose delete fails, until it succeeds", async () => {
    await stack.up({
      connection,
      commands: { c: { create: "true", delete: "echo cannot >&2; exit 5", triggers: ["b"] } },
    });
    await fails(stack.up({ connection }), "Process exited with status 5", "cannot");
    assert.deepEqual(await stack.names(), ["c"]);
    await stack.up({ connection, commands: { c: { create: "true", delete: "true", triggers: ["b"] } } });
    assert.equal((await stack.up({ connection })).changes.delete, 1);
    assert.deepEqual(await stack.names(), []);
  });

  it("says why a host could not be used: refused, its key", async () => {
    const commands = { x: { create: "true", secretStdin: secret } };
    const port = await freePort();
    await fails(
      stack.up({ connection: { ...connection, host: "127.0.0.1", port }, commands }),
      `x: after 2 failed attempts: dial tcp 127.0.0.1:${String(port)}: connect: connection refused`,
    );
    const stranger = await sshKeyPair(join(folder, "stranger"));
    await fails(
      stack.up({ connection: { ...connection, hostKey: stranger.publicKey }, commands }),
      "x: after 2 failed attempts: ssh: handshake failed: ssh: host key mismatch",
    );
    assert.deepEqual(await stack.names(), []);
  });

  it("says that the host refuses our key, without showing it", async () => {
    const { target, stop } = await loopbackSshd();
    try {
      const stranger = await sshKeyPair(join(folder, "stranger"));
      const privateKey = await readFile(stranger.privateKeyFile, "utf8");
      const login = {
        host: target.address,
        port: target.port,
        user: target.user,
        dialErrorLimit: 2,
        privateKey,
      };
      await fails(
        stack.up({ connection: login, commands: { x: { create: "true", secretStdin: secret } } }),
        "x: after 2 failed attempts: ssh: handshake failed: ssh: unable to authenticate",
      );
    } finally {
      await stop();
    }
    assert.deepEqual(await stack.names(), []);
  });

  it("refuses properties that it does not have, all at once and before anything is done", async () => {
    const commands = { x: { creat: "true", create: 7, logging: "loud", secretStdin: secret } };
    await fails(
      stack.up({ connection: { ...connection, proxy: { host: "p" }, port: "22" }, commands }),
      "connection.proxy: the stand-in command provider has no proxy connections; connect directly.",
      "connection.port: expected a whole number, got a text.",
      "logging: expected one of stdout, stderr, stdoutAndStderr, none, got another text.",
      "create: expected a text, got a number.",
    );
  });

  it("stops soon when it is interrupted", async () => {
    const interrupt = new AbortController();
    const started = Date.now();
    const running = stack.up(
      { connection, commands: { x: { create: `echo up > ${at("running")}; sleep 60` } } },
      { signal: interrupt.signal },
    );
    running.catch(() => undefined);
    await onHost("for i in $(seq 200); do [ -s running ] && exit 0; sleep 0.1; done; exit 1");
    interrupt.abort();
    await fails(running, "interrupt");
    assert(Date.now() - started < 55_000);
    assert.deepEqual(await stack.names(), []);
  });
});

const noChange = { create: 0, update: 0, delete: 0, replace: 0, same: 0 };
