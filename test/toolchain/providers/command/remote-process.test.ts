import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import type { Client } from "ssh2";
import { runRemoteProcess } from "../../../../toolchain/providers/command/remote-process.ts";
import { SshConnection } from "../../../../toolchain/providers/command/ssh-connection.ts";

/** A client whose channels do what `script` says, at once when they are opened. */
function connectionWith(script: (channel: EventEmitter, client: EventEmitter) => void): SshConnection {
  const client = Object.assign(new EventEmitter(), {
    exec: (_command: string, _options: object, opened: (error: undefined, channel: EventEmitter) => void) => {
      const channel = Object.assign(new EventEmitter(), { stderr: new PassThrough(), end: () => undefined });
      opened(undefined, channel);
      script(channel, client);
    },
  });
  return new SshConnection(client as unknown as Client, "h:22");
}

const run = (connection: SshConnection, signal = new AbortController().signal) =>
  runRemoteProcess(
    connection,
    { command: "x", stdin: "", environment: {}, onOutput: () => undefined },
    signal,
  );

describe("runRemoteProcess", () => {
  it("notices the end of a process that arrives together with its start", async () => {
    const result = await run(
      connectionWith((channel) => {
        channel.emit("data", Buffer.from("out"));
        channel.emit("exit", 7);
        channel.emit("close");
      }),
    );
    assert.deepEqual(result, { end: { kind: "exit", code: 7 }, stdout: "out", stderr: "", output: "out" });
  });

  it("takes a channel that closes without an exit status for a lost process", async () => {
    const result = await run(connectionWith((channel) => channel.emit("close")));
    assert.deepEqual(result.end, { kind: "lost" });
  });

  it("takes a connection that closes for a lost process, and keeps what it wrote", async () => {
    const result = await run(
      connectionWith((channel, client) => {
        channel.emit("data", Buffer.from("before"));
        client.emit("close");
      }),
    );
    assert.deepEqual([result.end, result.stdout], [{ kind: "lost" }, "before"]);
  });

  it("tells a signal by its bare name", async () => {
    const result = await run(
      connectionWith((channel) => {
        channel.emit("exit", null, "SIGKILL");
        channel.emit("close");
      }),
    );
    assert.deepEqual(result.end, { kind: "signal", signal: "KILL" });
  });
});
