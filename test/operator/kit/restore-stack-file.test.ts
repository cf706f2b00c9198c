import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { restoreStackFile, type RestoreRequest } from "../../../operator/kit/restore-stack-file.ts";

const lost = `# The prod stack.
config:
  kaleem:host:
    kind: ssh
    address: old.example.com
    hostKey: ssh-ed25519 AAAAold
    privateKeyFile: keys/id
    knownHostsFile: keys/known_hosts
  kaleem:dataVolume: { kind: loop, sizeGiB: 8 } # may grow
  kaleem:kit: { recipient: age1x }
  kaleem:closed: "false"
`;
const request: RestoreRequest = {
  content: { version: 1, stack: "prod", file: lost, secrets: { "restic-password": "hush" } },
  existing: null,
  file: "Pulumi.prod.yaml",
  host: { address: "192.0.2.7", port: 2222, user: "deploy", hostKey: "ssh-ed25519 AAAAnew" },
  secretsProvider: "passphrase",
  fileExists: () => false,
};
const moved = [
  '- host.address: "old.example.com"',
  '+ host.address: "192.0.2.7"',
  "+ host.port: 2222",
  '+ host.user: "deploy"',
  '- host.hostKey: "ssh-ed25519 AAAAold"',
  '+ host.hostKey: "ssh-ed25519 AAAAnew"',
];

describe("the stack file of a lost stack", () => {
  it("is written from the kit where there is none, with the new machine, and without files of another computer", () => {
    const { text, diff } = restoreStackFile(request);
    assert.deepEqual(diff, ["+ the settings of the lost stack: host, dataVolume, kit, closed", ...moved]);
    assert.equal(
      text,
      `# The prod stack.
config:
  kaleem:host:
    kind: ssh
    address: 192.0.2.7
    hostKey: ssh-ed25519 AAAAnew
    port: 2222
    user: deploy
  kaleem:dataVolume: { kind: loop, sizeGiB: 8 } # may grow
  kaleem:kit: { recipient: age1x }
  kaleem:closed: "false"
`,
    );
  });

  it("takes out what a file of before applications were settings says of them, and says so", () => {
    const services =
      "  kaleem:services:\n    mongo: { memory: 1GiB, cpus: 1 }\n    api: { replicas: 3, memory: 1GiB, cpus: 1 }\n";
    const former = { ...request.content, file: `${lost}${services}` };
    const applications = "  kaleem:applications:\n    api: { memory: 1GiB }\n";
    const { text, diff } = restoreStackFile({
      ...request,
      content: former,
      existing: `config:\n${applications}`,
    });
    assert.equal(diff[0], "- services.api: an application is described below applications");
    assert.match(text, /mongo:\n +memory: 1GiB/);
    assert.doesNotMatch(text, /replicas/);
    assert.ok(text.includes(applications));
  });

  it("keeps the key to log in with where that is here, and names another secrets provider where one was chosen", () => {
    const { text } = restoreStackFile({
      ...request,
      secretsProvider: "awskms://alias/x",
      fileExists: (path) => path === "keys/id",
    });
    assert.match(text, /privateKeyFile: keys\/id\n/);
    assert.doesNotMatch(text, /knownHostsFile/);
    assert.match(text, /^secretsprovider: awskms:\/\/alias\/x$/m);
  });

  it("that is here and names a machine is the stack's own: the machine changes, and nothing else", () => {
    const existing = lost
      .replace("sizeGiB: 8", "sizeGiB: 16")
      .replace(/ {4}(privateKey|knownHosts)File.*\n/g, "");
    const { text, diff } = restoreStackFile({ ...request, existing });
    assert.deepEqual(diff, moved);
    assert.match(text, /sizeGiB: 16 \} # may grow/);
    assert.deepEqual(restoreStackFile({ ...request, existing: text }), { text, diff: [] });
  });

  it("that is here and names none gets the lost one's settings, each shown; its comments stay", () => {
    const existing = `# Fill in what is commented out.
config:
  # kaleem:host:
  kaleem:dataVolume: { kind: loop, sizeGiB: 1 }
  kaleem:closed: false
`;
    const { text, diff } = restoreStackFile({ ...request, existing });
    assert.deepEqual(diff.slice(0, 4), [
      '+ kaleem:host: {"kind":"ssh","address":"old.example.com","hostKey":"ssh-ed25519 AAAAold"}',
      '- kaleem:dataVolume: {"kind":"loop","sizeGiB":1}',
      '+ kaleem:dataVolume: {"kind":"loop","sizeGiB":8}',
      '+ kaleem:kit: {"recipient":"age1x"}',
    ]);
    assert.deepEqual(diff.slice(4), moved);
    for (const kept of ["# Fill in what is commented out.", "# kaleem:host:", "kaleem:closed: false"])
      assert.ok(text.includes(kept), kept);
    assert.deepEqual(restoreStackFile({ ...request, existing: text }).diff, []);
  });

  it("that cannot be read is refused as it is", () => {
    assert.throws(() => restoreStackFile({ ...request, existing: "config: [" }), /Pulumi\.prod\.yaml: /);
  });
});
