import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { sshKeyPair } from "../../../operator/ssh/ssh-key-pair.ts";
import { CommandError } from "../../../recovery/host/host-port.ts";
import { SshError } from "../../../operator/ssh/ssh-error.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import { freePort, killOwnConnection, liveTarget, loopbackSshd } from "./live-target.ts";
import type { LiveTarget } from "./live-target.ts";

describe("SshHost", () => {
  let live: LiveTarget;
  let folder: string;
  let host: SshHost;
  before(async () => {
    live = await liveTarget();
    host = new SshHost(live.target);
    folder = await mkdtemp(join(tmpdir(), "kaleem-ssh-test-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await live.stop();
  });

  it("gives arguments to the program as they are, whatever a shell would make of them", async () => {
    const hard = ["a b", "c'd", '$HOME "x"', "*", "", "line\nbreak", "ä"];
    const { stdout } = await host.run(["printf", "<%s>", ...hard]);
    assert.equal(stdout, hard.map((word) => `<${word}>`).join(""));
  });

  it("hands over stdin and shows each line while the program runs", async () => {
    const shown: string[] = [];
    const output = await host.run(["sh", "-c", "cat; echo no >&2; printf last"], {
      stdin: "one\ntwo\n",
      onStdoutLine: (line) => shown.push(`out ${line}`),
      onStderrLine: (line) => shown.push(`err ${line}`),
    });
    assert.deepEqual(output, { stdout: "one\ntwo\nlast", stderr: "no\n" });
    assert.deepEqual(shown.sort(), ["err no", "out last", "out one", "out two"]);
  });

  it("tells a program's failure from the connection's, even with ssh's own exit code", async () => {
    for (const code of [3, 255]) {
      await assert.rejects(host.run(["sh", "-c", `echo broken >&2; exit ${String(code)}`]), (error) => {
        assert(error instanceof CommandError);
        assert.equal(error.exitCode, code);
        assert.equal(error.stderr, "broken\n");
        return true;
      });
    }
  });

  it("copies a file with its mode, large ones too", async () => {
    const file = join(folder, "large");
    const content = Buffer.alloc(3_000_000, "kaleem\n");
    await writeFile(file, content);
    await chmod(file, 0o750);
    const path = `${live.directory}/copied file`;
    await host.copyTo(file, path);
    const { stdout } = await host.run(["sh", "-c", 'stat -c "%a %s" "$1"; sha256sum < "$1"', "sh", path]);
    assert.match(stdout, /^750 3000000\n/);
    const local = await host.run(["sh", "-c", "sha256sum"], { stdin: content.toString() });
    assert.equal(stdout.split("\n")[1], local.stdout.trim());
  });

  it("says that nothing listens there", async () => {
    const port = await freePort();
    await fails({ port, address: "127.0.0.1" }, "refused", [
      `ssh ${live.target.user}@127.0.0.1:${String(port)}: connection refused; is the machine up`,
    ]);
  });

  it("says that the host refuses the key", async () => {
    const { target, stop } = await loopbackSshd();
    try {
      const { privateKeyFile } = await sshKeyPair(join(folder, "stranger"));
      const says = [`refuses the key ${privateKeyFile} for`, "authorized_keys"];
      await fails({ ...target, privateKeyFile }, "key-refused", says);
    } finally {
      await stop();
    }
  });

  it("says that the key file is missing, or readable by others", async () => {
    const missing = join(folder, "nowhere");
    await fails({ privateKeyFile: missing }, "key-unusable", [`the key ${missing} is missing`]);
    const privateKeyFile = join(folder, "loose");
    await writeFile(privateKeyFile, live.privateKey);
    await chmod(privateKeyFile, 0o644);
    await fails({ privateKeyFile }, "key-unusable", ["others may read the key", "chmod 600"]);
  });

  it("names both keys when the host's key has changed, and how to pin the new one", async () => {
    const other = await sshKeyPair(join(folder, "other-host"));
    const knownHostsFile = await knownHosts("changed", other.publicKey);
    const print = /SHA256:[A-Za-z0-9+/]{43}/g;
    const error = await fails({ knownHostsFile }, "host-key-changed", [
      "host key changed: the host presents",
      `${knownHostsFile} pins ssh-ed25519 SHA256:`,
      "ssh-keygen -R",
    ]);
    assert.equal(new Set(error.message.match(print)).size, 2);
  });

  it("says that the host's key is not pinned", async () => {
    const knownHostsFile = join(folder, "empty_known_hosts");
    await writeFile(knownHostsFile, "");
    await fails({ knownHostsFile }, "host-key-unknown", ["host key unknown", knownHostsFile, "pin it"]);
    assert.equal(await readFile(knownHostsFile, "utf8"), "", "nothing is trusted on first sight");
  });

  it("says that the connection was lost midway", async () => {
    await assert.rejects(host.run(["sh", "-c", `${killOwnConnection}; sleep 20`]), (error) => {
      assert(error instanceof SshError);
      assert.equal(error.kind, "lost");
      assert.match(error.message, /lost midway .*look before you repeat it/);
      return true;
    });
  });

  it("gives up after the time limit, and says that the program may still run", async () => {
    await assert.rejects(host.run(["sleep", "20"], { timeoutMs: 700 }), (error) => {
      assert(error instanceof SshError);
      assert.equal(error.kind, "timeout");
      assert.match(error.message, /sleep had not ended after 0\.7 s; it may still run there/);
      return true;
    });
  });

  async function knownHosts(name: string, key: string): Promise<string> {
    const file = join(folder, name);
    const { address, port } = live.target;
    const pattern = port === 22 ? address : `[${address}]:${String(port)}`;
    await writeFile(file, `${pattern} ${key.split(" ").slice(0, 2).join(" ")}\n`);
    return file;
  }

  async function fails(
    change: Partial<LiveTarget["target"]>,
    kind: SshError["kind"],
    says: readonly string[],
  ): Promise<SshError> {
    const broken = new SshHost({ ...live.target, ...change });
    const error: unknown = await broken.run(["true"]).then(
      () => assert.fail("the connection was made"),
      (reason: unknown) => reason,
    );
    assert(error instanceof SshError, String(error));
    assert.equal(error.kind, kind, error.message);
    for (const text of says) assert(error.message.includes(text), `${error.message}\ndoes not say: ${text}`);
    return error;
  }
});
