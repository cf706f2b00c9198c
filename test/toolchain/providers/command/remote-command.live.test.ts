import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { remoteCommand } from "../../../../toolchain/providers/command/remote-command.ts";
import { Secret } from "../../../../toolchain/providers/protocol/value.ts";
import type { PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";
import { sshKeyPair } from "../../../../operator/ssh/ssh-key-pair.ts";
import { freePort, killOwnConnection, liveTarget, loopbackSshd } from "../../../operator/ssh/live-target.ts";
import type { LiveTarget } from "../../../operator/ssh/live-target.ts";
import { connectionTo, recordingContext } from "./live-context.ts";

describe("command:remote:Command on a host", () => {
  let live: LiveTarget;
  before(async () => {
    live = await liveTarget();
  });
  after(() => live.stop());

  const create = (inputs: PropertyMap, context = recordingContext()) =>
    remoteCommand.create({ inputs: { connection: connectionTo(live), ...inputs }, preview: false }, context);
  const update = async (state: PropertyMap, news: PropertyMap, context = recordingContext()) => {
    assert(remoteCommand.update !== undefined);
    const inputs = { connection: connectionTo(live), ...news };
    const request = { id: "c1", state, news: inputs, oldInputs: {}, ignoreChanges: [], preview: false };
    return remoteCommand.update(request, context);
  };
  /** The message without its number of attempts' endpoint-dependent parts. */
  const refuses = (inputs: PropertyMap, message: string | RegExp) =>
    assert.rejects(create(inputs), (error) => {
      assert(error instanceof Error);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    });

  it("hands over stdin and keeps both outputs, each without its last newline", async () => {
    const { id, properties } = await create({ create: "cat; echo; echo err >&2", stdin: new Secret("hi\n") });
    assert.match(id, /^c[0-9a-f]{8}$/);
    assert.equal(properties["stdout"], "hi\n");
    assert.equal(properties["stderr"], "err");
    assert.deepEqual(properties["stdin"], new Secret("hi\n"));
  });

  it("does nothing where there is nothing to run, and then asks no host", async () => {
    const nowhere = connectionTo(live, { port: await freePort() });
    assert.deepEqual((await create({ connection: nowhere })).properties["stdout"], "");
    const updated = await update({ stdout: "old", stderr: "older" }, { connection: nowhere });
    assert.deepEqual([updated["stdout"], updated["stderr"]], ["old", "older"]);
    await remoteCommand.delete?.(
      { id: "c1", state: { connection: nowhere }, oldInputs: {} },
      recordingContext(),
    );
  });

  it("updates with `update`, or with `create` again where there is none", async () => {
    const both = await update({}, { create: "echo created", update: "echo updated" });
    assert.equal(both["stdout"], "updated");
    assert.equal((await update({}, { create: "echo created" }))["stdout"], "created");
  });

  it("deletes with the command and the connection of the state", async () => {
    const file = `${live.directory}/deleted`;
    const state = { connection: connectionTo(live), delete: `cat > ${file}`, stdin: "gone" };
    await remoteCommand.delete?.({ id: "c1", state, oldInputs: {} }, recordingContext());
    assert.equal((await create({ create: `cat ${file}` })).properties["stdout"], "gone");
  });

  it("fails in the official plugin's words: exit code, signal, unknown command", async () => {
    await refuses(
      { create: 'echo "some out"; exit 3' },
      'Process exited with status 3: running "echo \\"some out\\"; exit 3":\nsome out\n',
    );
    await refuses(
      { create: "echo some err >&2; exit 3" },
      /^Process exited with status 3: running ".*":\nsome err\n$/,
    );
    await refuses({ create: "false" }, 'Process exited with status 1: running "false":\n');
    await refuses(
      { create: "kill -9 $$" },
      'Process exited with status 137 from signal KILL: running "kill -9 $$":\n',
    );
    await refuses(
      { create: "nosuchcmd" },
      /^Process exited with status 127: running "nosuchcmd":\n.*not found\n$/,
    );
  });

  it("takes a lost connection for a failure, not for an end", async () => {
    await refuses(
      { create: `echo before; ${killOwnConnection}; sleep 20` },
      /^wait: remote command exited without exit status or exit signal: running ".*":\nbefore\n$/,
    );
  });

  it("refuses a host with another key than the pinned one, naming both", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kaleem-key-"));
    const other = await sshKeyPair(folder);
    await rm(folder, { recursive: true });
    await refuses(
      { connection: connectionTo(live, { hostKey: other.publicKey }), create: "echo x" },
      /^after 2 failed attempts: ssh: handshake failed: ssh: host key mismatch \(\S+ presents ssh-ed25519 SHA256:\S{43}, connection\.hostKey is ssh-ed25519 SHA256:\S{43}\)$/,
    );
    await refuses(
      { connection: connectionTo(live, { hostKey: "nonsense" }), create: "echo x" },
      "failed to parse host key: ssh: no key found",
    );
  });

  it("believes any host when none is pinned, as the official plugin does", async () => {
    const { properties } = await create({
      connection: connectionTo(live, { hostKey: null }),
      create: "echo x",
    });
    assert.equal(properties["stdout"], "x");
  });

  it("tries again as often as told when nothing listens, and says so", async () => {
    const port = await freePort();
    const context = recordingContext();
    const started = Date.now();
    await assert.rejects(
      create({ connection: connectionTo(live, { host: "127.0.0.1", port }), create: "echo x" }, context),
      { message: `after 2 failed attempts: dial tcp 127.0.0.1:${String(port)}: connect: connection refused` },
    );
    assert(Date.now() - started >= 250, "the official plugin waits 0.1 s and 0.15 s");
    assert.deepEqual(
      context.messages.map(({ message, ephemeral }) => [message.replace(/ \(.*/, ""), ephemeral]),
      [
        ["Dial 1/2 failed: retrying", true],
        ["Dial 2/2 failed: retrying", true],
      ],
    );
  });

  it("says that a private key cannot be read", async () => {
    const connection = connectionTo(live, { privateKey: new Secret("junk") });
    await refuses({ connection, create: "echo x" }, "ssh: no key found");
  });

  it("hands over megabytes, and does not mind a command that reads none of them", async () => {
    const stdin = "kaleem 0123456789\n".repeat(300_000);
    const { properties } = await create({ create: "sha256sum", stdin });
    assert.equal(properties["stdout"], `${createHash("sha256").update(stdin).digest("hex")}  -`);
    assert.equal((await create({ create: "echo done", stdin })).properties["stdout"], "done");
  });

  it("ends at once when it is cancelled, and says that the command may still run", async () => {
    const cancel = new AbortController();
    const running = create(
      { create: "echo up; sleep 20" },
      {
        ...recordingContext({ signal: cancel.signal }),
        log: (_severity, message) => {
          if (message === "up") cancel.abort(new Error("The engine cancelled the operation."));
        },
      },
    );
    const started = Date.now();
    await assert.rejects(running, {
      message: "The engine cancelled the operation. (the command may still run on the host)",
    });
    assert(Date.now() - started < 15_000);
  });

  it("stops connecting when it is cancelled", async () => {
    const connection = connectionTo(live, { port: await freePort(), dialErrorLimit: -1 });
    const signal = AbortSignal.timeout(500);
    await assert.rejects(create({ connection, create: "true" }, recordingContext({ signal })), (error) => {
      assert(error instanceof Error);
      assert.match(error.message, /aborted/);
      return true;
    });
  });

  it("keeps to customTimeouts", async () => {
    await assert.rejects(create({ create: "sleep 20" }, recordingContext({ timeoutSeconds: 1 })), {
      message: "context deadline exceeded (customTimeouts: 1 s) (the command may still run on the host)",
    });
  });

  it("shows the streams that `logging` names, for as long as the command runs only", async () => {
    const shown = async (logging: string | null) => {
      const context = recordingContext();
      await create({ create: "echo out; sleep 0.1; echo err >&2; printf end", logging }, context);
      assert(context.messages.every(({ severity, ephemeral }) => severity === "info" && ephemeral));
      return context.messages.map(({ message }) => message);
    };
    assert.deepEqual((await shown(null)).sort(), ["end", "err", "out"]);
    assert.deepEqual(await shown("stdout"), ["out", "end"]);
    assert.deepEqual(await shown("stderr"), ["err"]);
    assert.deepEqual(await shown("none"), []);
  });

  it("fails when the host refuses a variable of `environment`, naming it and not its value", async () => {
    const context = recordingContext();
    const environment = { REFUSED: new Secret("hidden") };
    await assert.rejects(create({ create: "echo $REFUSED", environment }, context), {
      message: 'could not set environment variable "REFUSED": ssh: setenv failed',
    });
    assert.deepEqual(
      context.messages.map(({ severity, message }) => [severity, message.split(". ")[0]]),
      [["error", "Unable to set 'REFUSED'"]],
    );
  });

  it("warns when the host refuses the previous output, and runs all the same", async () => {
    const context = recordingContext();
    const updated = await update(
      { stdout: "one", stderr: "" },
      { create: "echo [$PULUMI_COMMAND_STDOUT]" },
      context,
    );
    assert.equal(updated["stdout"], "[]");
    assert.deepEqual(
      context.messages
        .filter(({ ephemeral }) => !ephemeral)
        .map(({ severity, message }) => [severity, message.slice(0, 38)]),
      [["warning", "Unable to set 'PULUMI_COMMAND_STDOUT'."]],
    );
    const quiet = recordingContext();
    await update({ stdout: "one" }, { create: "true", addPreviousOutputInEnv: false }, quiet);
    assert.deepEqual(quiet.messages, []);
  });
});

describe("command:remote:Command on a host of its own", () => {
  let own: Awaited<ReturnType<typeof loopbackSshd>>;
  let login: PropertyMap;
  before(async () => {
    own = await loopbackSshd();
    const { address: host, port, user, privateKeyFile } = own.target;
    login = {
      host,
      port,
      user,
      privateKey: new Secret(await readFile(privateKeyFile, "utf8")),
      dialErrorLimit: 2,
    };
  });
  after(() => own.stop());

  const create = (connection: PropertyMap, inputs: PropertyMap) =>
    remoteCommand.create(
      { inputs: { connection: new Secret(connection), ...inputs }, preview: false },
      recordingContext(),
    );

  it("gets the variables that the host accepts", async () => {
    const environment = { KALEEM_A: "a b'c\"d", KALEEM_B: new Secret("b") };
    const { properties } = await create(login, {
      environment,
      create: 'printf \'%s|\' "$KALEEM_A" "$KALEEM_B"',
    });
    assert.equal(properties["stdout"], "a b'c\"d|b|");
  });

  it("says which ways to log in were tried", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kaleem-key-"));
    const stranger = await sshKeyPair(folder);
    const privateKey = new Secret(await readFile(stranger.privateKeyFile, "utf8"));
    await rm(folder, { recursive: true });
    const failed =
      "after 2 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods";
    await assert.rejects(create({ ...login, privateKey }, { create: "echo x" }), {
      message: `${failed} [none publickey], no supported methods remain`,
    });
    await assert.rejects(create({ ...login, privateKey: null }, { create: "echo x" }), {
      message: `${failed} [none], no supported methods remain`,
    });
  });
});
