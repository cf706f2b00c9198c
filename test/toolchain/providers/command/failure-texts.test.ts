import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeDialFailure } from "../../../../toolchain/providers/command/dial-error.ts";
import type { DialFailure } from "../../../../toolchain/providers/command/dial-error.ts";
import { goQuote } from "../../../../toolchain/providers/command/go-quote.ts";
import { fingerprint, hostKeyOf, parseHostKey } from "../../../../toolchain/providers/command/host-key.ts";
import { LineSplitter } from "../../../../toolchain/providers/command/line-splitter.ts";
import { describeFailure } from "../../../../toolchain/providers/command/process-end.ts";

const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA4yJzxwDfDXXzX9oSFrSPxIWV2gZ8f3hBSh72K0I0EB";

describe("a failed command", () => {
  it("is told in the recorded words", () => {
    const failure = (end: Parameters<typeof describeFailure>[0]) => describeFailure(end, "x", "out\n");
    assert.equal(failure({ kind: "exit", code: 0 }), undefined);
    assert.equal(failure({ kind: "exit", code: 4 }), 'Process exited with status 4: running "x":\nout\n');
    assert.equal(
      failure({ kind: "signal", signal: "KILL" }),
      'Process exited with status 137 from signal KILL: running "x":\nout\n',
    );
    assert.equal(
      failure({ kind: "lost" }),
      'wait: remote command exited without exit status or exit signal: running "x":\nout\n',
    );
  });

  it("has its command quoted as Go does it", () => {
    assert.equal(goQuote('a "b" \\ \t\n\u0001'), String.raw`"a \"b\" \\ \t\n\x01"`);
    assert.equal(goQuote("é ☃ 😀 \u00a0\u200b\u{e0001}"), String.raw`"é ☃ 😀 \u00a0\u200b\U000e0001"`);
  });
});

describe("a failed attempt to connect", () => {
  const failure = (error: object, change: Partial<DialFailure> = {}): string =>
    describeDialFailure({
      error: Object.assign(new Error("as ssh2 says"), error),
      endpoint: "h:22",
      perDialTimeoutSeconds: 15,
      connected: false,
      attemptedMethods: ["none", "publickey"],
      mismatch: undefined,
      ...change,
    });

  it("is told in Go's words where it has some", () => {
    const refused = { code: "ECONNREFUSED", address: "127.0.0.1", port: 2 };
    assert.equal(failure(refused), "dial tcp 127.0.0.1:2: connect: connection refused");
    assert.equal(failure({ ...refused, address: "::1" }), "dial tcp [::1]:2: connect: connection refused");
    assert.equal(failure({ code: "ENOTFOUND", hostname: "h" }), "dial tcp lookup h: no such host");
    assert.equal(failure({ level: "client-timeout" }), "dial tcp h:22: i/o timeout");
    assert.equal(
      failure({ level: "client-timeout" }, { connected: true }),
      "ssh: handshake failed: h:22 did not answer within 15 s",
    );
    assert.equal(
      failure({ level: "client-authentication" }, { connected: true }),
      "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    );
    assert.match(
      failure({ message: "Connection lost before handshake" }, { connected: true }),
      /^ssh: handshake failed: EOF \(the host hung up/,
    );
    assert.equal(failure({}, { connected: true }), "ssh: handshake failed: as ssh2 says");
  });

  it("takes the last reason when a name has several addresses", () => {
    const last = Object.assign(new Error("refused"), { code: "ECONNREFUSED", address: "127.0.0.1", port: 2 });
    const error = new AggregateError([new Error("first"), last]);
    const message = describeDialFailure({
      error,
      endpoint: "localhost:2",
      perDialTimeoutSeconds: 15,
      connected: false,
      attemptedMethods: [],
      mismatch: undefined,
    });
    assert.equal(message, "dial tcp 127.0.0.1:2: connect: connection refused");
  });
});

describe("a host key", () => {
  it("is read with options and comments around it", () => {
    for (const text of [ed25519, `${ed25519} root@host\n`, `# note\nno-pty,command="x" ${ed25519}`]) {
      assert.equal(parseHostKey(text).type, "ssh-ed25519");
    }
    assert.equal(fingerprint(parseHostKey(ed25519)), fingerprint(hostKeyOf(parseHostKey(ed25519).blob)));
    assert.match(fingerprint(parseHostKey(ed25519)), /^ssh-ed25519 SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it("is refused when it is none, or of another type than it says", () => {
    for (const text of [
      "",
      "nonsense",
      "ssh-ed25519",
      "ssh-rsa " + (ed25519.split(" ")[1] ?? ""),
      `# ${ed25519}`,
    ]) {
      assert.throws(() => parseHostKey(text), { message: "failed to parse host key: ssh: no key found" });
    }
  });
});

describe("LineSplitter", () => {
  it("gives whole lines however the stream is cut, within a character too", () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const byte of Buffer.from("one\n\nzwölf\nrest")) splitter.write(Buffer.from([byte]));
    splitter.end();
    assert.deepEqual(lines, ["one", "", "zwölf", "rest"]);
  });
});
