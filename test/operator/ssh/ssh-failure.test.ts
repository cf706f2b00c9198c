import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pinnedFingerprints } from "../../../operator/ssh/pinned-keys.ts";
import { sshFailure } from "../../../operator/ssh/ssh-failure.ts";
import { knownHostsPattern, sshArguments } from "../../../operator/ssh/ssh-target.ts";

const keyless = { address: "10.0.0.1", port: 2222, user: "root", knownHostsFile: "/k/known hosts" };
const target = { ...keyless, privateKeyFile: "/k/id" };
const key = "AAAAC3NzaC1lZDI1NTE5AAAAIA4yJzxwDfDXXzX9oSFrSPxIWV2gZ8f3hBSh72K0I0EB";

describe("what ssh says when it fails", () => {
  const cases: readonly (readonly [log: string, kind: string, says: string])[] = [
    [
      "ssh: connect to host 10.0.0.1 port 2222: Connection refused\r\n",
      "refused",
      "connection refused; is the machine up",
    ],
    [
      "ssh: connect to host 10.0.0.1 port 2222: Connection timed out",
      "timeout",
      "no answer; is the machine up",
    ],
    [
      "Connection timed out during banner exchange",
      "timeout",
      "the host closed the connection before the login",
    ],
    [
      "kex_exchange_identification: Connection closed by remote host",
      "timeout",
      "wait a minute and try again",
    ],
    ["kex_exchange_identification: read: Connection reset by peer", "timeout", "wait a minute and try again"],
    [
      "ssh: Could not resolve hostname h: Name or service not known",
      "unreachable",
      "Could not resolve hostname h",
    ],
    ["ssh: connect to host 10.0.0.1 port 2222: No route to host", "unreachable", "check the address"],
    [
      "root@10.0.0.1: Permission denied (publickey).",
      "key-refused",
      "the host refuses the key /k/id for root",
    ],
    [
      'Load key "/k/id": error in libcrypto\nroot@10.0.0.1: Permission denied (publickey).',
      "key-unusable",
      "error in libcrypto",
    ],
    [
      "client_loop: send disconnect: Broken pipe",
      "lost",
      "lost midway (client_loop: send disconnect: Broken pipe)",
    ],
    ["Timeout, server 10.0.0.1 not responding.", "lost", "look before you repeat it"],
    ["Connection to 10.0.0.1 closed by remote host.", "lost", "look before you repeat it"],
    [
      "No ED25519 host key is known for [10.0.0.1]:2222 and you have requested strict checking.\nHost key verification failed.",
      "host-key-unknown",
      "/k/known hosts has no key for [10.0.0.1]:2222",
    ],
  ];
  for (const [log, kind, says] of cases) {
    it(`becomes a sentence with what to do: ${log.split("\n")[0]?.trim() ?? ""}`, () => {
      const failure = sshFailure(target, log, "");
      assert.equal(failure?.kind, kind);
      assert(failure.message.startsWith("ssh root@10.0.0.1:2222: "), failure.message);
      assert(failure.message.includes(says), failure.message);
    });
  }

  it("names both keys when the host's has changed, and how to pin the new one", () => {
    const log =
      "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n" +
      "The fingerprint for the ED25519 key sent by the remote host is\nSHA256:new.\nPlease contact your administrator.\n" +
      "Host key verification failed.\n";
    const pinned = `other ssh-ed25519 AAAA\n[10.0.0.1]:2222 ssh-ed25519 ${key}\n`;
    const [fingerprint = ""] = pinnedFingerprints(pinned, "[10.0.0.1]:2222");
    assert.match(fingerprint, /^ssh-ed25519 SHA256:\S{43}$/);
    const failure = sshFailure(target, log, pinned);
    assert.equal(failure?.kind, "host-key-changed");
    assert(
      failure.message.includes(`presents ED25519 SHA256:new, /k/known hosts pins ${fingerprint}.`),
      failure.message,
    );
    assert(failure.message.includes("ssh-keygen -R '[10.0.0.1]:2222'"), failure.message);
  });

  it("is no verdict on the program when the log is empty", () => {
    assert.equal(sshFailure(target, "", ""), undefined);
    assert.equal(sshFailure(target, "Warning: Permanently added something\n", ""), undefined);
  });
});

describe("what ssh says when it chose the key itself", () => {
  const refused = "root@10.0.0.1: Permission denied (publickey).";
  const cases: readonly (readonly [log: string, kind: string, says: RegExp])[] = [
    [
      refused,
      "key-refused",
      /none of the keys that were offered for root\. One .*\(ssh-add FILE\).*IdentityFile in ~\/\.ssh\/config.*KALEEM_SSH_KEY names its file/,
    ],
    [
      "Received disconnect from 10.0.0.1 port 2222:2: Too many authentication failures",
      "key-refused",
      /offered for root before its limit of attempts\./,
    ],
    [
      `Load key "/u/id": error in libcrypto\n${refused}`,
      "key-unusable",
      /the key \/u\/id cannot be used: error/,
    ],
    [
      `@  WARNING: UNPROTECTED PRIVATE KEY FILE!  @\nLoad key "/u/id": bad permissions\n${refused}`,
      "key-unusable",
      /others may read the key \/u\/id; run chmod 600/,
    ],
  ];
  for (const [log, kind, says] of cases) {
    it(`names the ways to give one: ${log.split("\n")[0] ?? ""}`, () => {
      const failure = sshFailure(keyless, log, "");
      assert.equal(failure?.kind, kind);
      assert.match(failure.message, says);
      assert.doesNotMatch(failure.message, /undefined/);
    });
  }
});

describe("the arguments of ssh", () => {
  it("believe the pinned key and offer the given one alone, ask nothing, and notice a silent host", () => {
    const line = sshArguments(target, "/l").join(" ");
    for (const option of [
      "-o BatchMode=yes",
      "-o StrictHostKeyChecking=yes",
      '-o UserKnownHostsFile="/k/known hosts"',
      "-o GlobalKnownHostsFile=none",
      "-o IdentitiesOnly=yes",
      "-o ConnectTimeout=10",
      "-o ServerAliveInterval=15",
    ]) {
      assert(line.includes(option), option);
    }
    assert(line.endsWith(" root@10.0.0.1"));
  });

  it("leave the choice of the key to ssh where none is given, whatever names its configuration has for the host", () => {
    const words = sshArguments(keyless, "/l");
    const line = words.join(" ");
    for (const option of ["-i ", "IdentitiesOnly", "IdentityAgent"]) assert(!line.includes(option), option);
    for (const option of [
      "BatchMode=yes",
      "StrictHostKeyChecking=yes",
      "ControlMaster=no",
      "HostKeyAlias=[10.0.0.1]:2222",
      'UserKnownHostsFile="/k/known hosts"',
    ])
      assert(words.includes(option), option);
  });

  it("name a host as known_hosts does", () => {
    assert.equal(knownHostsPattern(target), "[10.0.0.1]:2222");
    assert.equal(knownHostsPattern({ ...target, port: 22 }), "10.0.0.1");
  });
});
