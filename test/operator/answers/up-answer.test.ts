import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOfUp, upAnswer } from "../../../operator/answers/up-answer.ts";
import type { BroughtUp } from "../../../operator/deploy/bring-up.ts";
import { SshHost } from "../../../operator/ssh/ssh.ts";
import type { Stack } from "../../../operator/stack/stack.ts";

const secret = "never-to-be-seen";

test("a stack that was brought up is told with what runs, and without a key or where one is", () => {
  const up: BroughtUp = {
    stack: { name: "prod", passphraseFile: secret } as Stack,
    engine: {
      pulumi: "/bin/pulumi",
      version: "3.259.0",
      source: "built",
      pathPrepend: [],
      env: { PULUMI_ACCESS_TOKEN: secret },
      providers: {
        docker: "stand-in",
        command: "official",
        cloudflare: "stand-in",
        random: "official",
        aws: "stand-in",
      },
    },
    context: { env: { PULUMI_CONFIG_PASSPHRASE: secret } } as unknown as BroughtUp["context"],
    offsite: { endpoint: "https://s3.example.com", bucket: "b", prefix: "", region: "auto" },
    offsiteKeys: { accessKeyId: secret, secretAccessKey: secret },
    host: new SshHost({
      address: "192.0.2.7",
      port: 22,
      user: "deploy",
      privateKeyFile: secret,
      knownHostsFile: "/k",
    }),
    data: { closed: false, found: true, firstPoint: true, reason: "new" },
    remarks: ["one disk"],
    pulumi: {} as BroughtUp["pulumi"],
    edge: { url: "https://192.0.2.7", ca: secret },
    running: [{ name: "api", replicas: 2, image: "api@sha256:1" }],
    off: [{ name: "n8n", why: "not enabled" }],
    changed: true,
    versions: new Map([["api@sha256:1", "API 1"]]),
    phases: [
      { name: "plan", seconds: 1.5, end: 1.5 },
      // Ended within the one before.
      { name: "pulumi up", seconds: 2, end: 3.5 },
    ],
  };
  const answer = upAnswer.parse(answerOfUp(up));
  assert.ok(!JSON.stringify(answer).includes(secret));
  assert.deepEqual(answer, {
    stack: "prod",
    closed: false,
    reason: "new",
    founded: true,
    changed: true,
    edge: { url: "https://192.0.2.7", serverName: null },
    ssh: { address: "192.0.2.7", port: 22, user: "deploy" },
    offsite: { endpoint: "https://s3.example.com", bucket: "b", prefix: "", region: "auto" },
    services: [{ name: "api", replicas: 2, image: "api@sha256:1", version: "API 1" }],
    off: [{ name: "n8n", why: "not enabled" }],
    notProtected: ["one disk"],
    engine: { version: "3.259.0", source: "built", providers: { docker: "stand-in", command: "official" } },
    phases: [
      { name: "plan", seconds: 1.5 },
      { name: "pulumi up", seconds: 2 },
    ],
    seconds: 3.5,
  });
});
