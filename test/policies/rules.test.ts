import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "../../policies/rule.ts";
import { allRules } from "../../policies/rules/all.ts";
import { type StackView, unknownValue } from "../../policies/stack-view.ts";
import { compliantView } from "./support/compliant-view.ts";

/** Whatever a test wants to spoil: views are read-only to all others. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a spoiler reaches anywhere, and a wrong path throws.
type Spoilt = any;

interface Case {
  readonly rule: string;
  readonly spoil: (view: Spoilt, inputs: (name: string) => Spoilt, named: (name: string) => Spoilt) => void;
  readonly says: readonly string[];
}

const container = (inputs: (name: string) => Spoilt, name = "store-service"): Spoilt =>
  inputs(name).taskSpec.containerSpec;

const cases: Readonly<Record<string, Case>> = {
  "an image by tag": {
    rule: "images-by-digest",
    spoil: (_, inputs) => (container(inputs).image = "mongo:8.0"),
    says: [
      'store-service: image: expected a reference that ends in @sha256:…, got "mongo:8.0"; take it from the image lock',
    ],
  },
  "an image that a preview cannot know": {
    rule: "images-by-digest",
    spoil: (_, inputs) => (container(inputs).image = unknownValue),
    says: [
      "store-service: image: expected a reference that ends in @sha256:…, got a value that is known only after up; take it from the image lock",
    ],
  },
  "a digest to be filled": {
    rule: "image-lock-filled",
    spoil: (view) => (view.images.store.ref = "docker.io/store:1"),
    says: [
      'store: image lock: expected a reference that ends in @sha256:…, got "docker.io/store:1"; look the digest up with: docker buildx imagetools inspect docker.io/store:1',
    ],
  },
  "a stand-in outside local": {
    rule: "image-lock-filled",
    spoil: (view) => (view.images.store.source = "stand-in"),
    says: ["store: image lock: expected an upstream image, got a stand-in; only local runs stand-ins"],
  },
  "no health check": {
    rule: "healthcheck-present",
    spoil: (_, inputs) => (container(inputs).healthcheck.tests = ["NONE"]),
    says: ['store-service: healthcheck: expected a command, got ["NONE"]; give the definition its health'],
  },
  "a health check without a timeout": {
    rule: "healthcheck-present",
    spoil: (_, inputs) => (container(inputs).healthcheck.timeout = "0s"),
    says: ['store-service: healthcheck.timeout: expected a time above zero, got "0s"; set it in health'],
  },
  "a health check without a limit of retries": {
    rule: "healthcheck-present",
    spoil: (_, inputs) => delete container(inputs).healthcheck.retries,
    says: ["store-service: healthcheck.retries: expected 1 or more, got nothing; set it in health"],
  },
  "no memory limit": {
    rule: "memory-limited",
    spoil: (_, inputs) => delete inputs("store-service").taskSpec.resources,
    says: [
      "store-service: limits.memoryBytes: expected a limit, got nothing; set limits.memory in the definition",
    ],
  },
  "no stop grace": {
    rule: "start-and-stop-in-time",
    spoil: (_, inputs) => delete container(inputs).stopGracePeriod,
    says: ["store-service: stopGracePeriod: expected a time above zero, got nothing; set stopGrace"],
  },
  "a store that is killed while it recovers": {
    rule: "start-and-stop-in-time",
    spoil: (_, inputs) => (container(inputs).healthcheck.startPeriod = "29m59s"),
    says: [
      'store-service: healthcheck.startPeriod: expected 30m or more, for a crash recovery, got "29m59s"; set health.startPeriod',
    ],
  },
  "a store that publishes a port": {
    rule: "only-edge-publishes",
    spoil: (_, inputs) => (inputs("store-service").endpointSpec.ports = [{ publishedPort: 80 }]),
    says: [
      "store-service: published port: expected none but the edge's 80 and 443, got 80; route it through the edge",
    ],
  },
  "an edge that publishes another port": {
    rule: "only-edge-publishes",
    spoil: (_, inputs) => inputs("nginx-service").endpointSpec.ports.push({ publishedPort: 8080 }),
    says: [
      "nginx-service: published port: expected none but the edge's 80 and 443, got 8080; route it through the edge",
    ],
  },
  "data beside the data root": {
    rule: "data-under-root",
    spoil: (_, inputs) => (container(inputs).mounts[0].source = "/srv/kaleem/live/../points"),
    says: [
      'store-service: mount at /data: expected a directory below /srv/kaleem/live, got bind "/srv/kaleem/live/../points"; put the data there, or mount it read-only',
    ],
  },
  "data in a volume": {
    rule: "data-under-root",
    spoil: (_, inputs) => Object.assign(container(inputs).mounts[0], { type: "volume", source: "data" }),
    says: [
      'store-service: mount at /data: expected a directory below /srv/kaleem/live, got volume "data"; put the data there, or mount it read-only',
    ],
  },
  "a store without its mount": {
    rule: "data-under-root",
    spoil: (_, inputs) => (container(inputs).mounts = []),
    says: [
      "store-service: mount at /data: expected the store's data directory, got nothing; its data would die with its container",
    ],
  },
  "an unprotected disk": {
    rule: "data-protected",
    spoil: (_, __, named) => (named("disk").protect = false),
    says: [
      "disk: protect: expected true for aws:ebs/volume:Volume, which holds data, got false; give it protect: true",
    ],
  },
  "a removal that takes data along": {
    rule: "data-protected",
    spoil: (_, inputs) => (inputs("edge-conf").delete = "rm -rf '/srv/kaleem/live/store'"),
    says: [
      "edge-conf: delete: expected a command that leaves data alone, got one that names /srv/kaleem; removing data is a person's own step",
    ],
  },
  "a store without verification": {
    rule: "stores-recoverable",
    spoil: (view) => delete view.catalog[0].recovery.counts,
    says: ["store: verification: expected recovery.counts, got nothing; complete its definition"],
  },
  "a store without restore": {
    rule: "stores-recoverable",
    spoil: (view) => delete view.catalog[0].recovery.reconcile,
    says: ["store: restore: expected recovery.reconcile, got nothing; complete its definition"],
  },
  "a store without data to back up": {
    rule: "stores-recoverable",
    spoil: (view) => (view.catalog[0].recovery.connect = undefined),
    says: ["store: backup: expected recovery.connect, got nothing; complete its definition"],
  },
  "a store that the agent does not know": {
    rule: "stores-recoverable",
    spoil: (_, inputs) =>
      (inputs("agent-config").stdin = inputs("agent-config").stdin.replace('["store"]', '["other"]')),
    says: [
      "store: backup: expected it among the agent's stores, got [\"other\"]; add it to the agent's configuration",
    ],
  },
  "a promise of a larger loss": {
    rule: "objectives-held",
    spoil: (view) => (view.catalog[0].recovery.objectives.rpo = "16m"),
    says: ["store: objectives.rpo: expected 15m or less, got 16m; promise less loss"],
  },
  "a promise of a longer time down": {
    rule: "objectives-held",
    spoil: (view) => (view.catalog[0].recovery.objectives.rto = "2h"),
    says: ["store: objectives.rto: expected 1h or less, got 2h; promise a shorter time"],
  },
  "a schedule that cannot keep the promise": {
    rule: "objectives-held",
    spoil: (_, inputs) => (inputs("point-timer").stdin = inputs("point-timer").stdin.replace("/5:", "/10:")),
    says: [
      "store: objectives.rpo: a total loss may cost 19m (pointEvery + shipEvery + shipTimeout), got a promise of 15m; shorten the intervals",
    ],
  },
  "no timer for shipping": {
    rule: "timers-present",
    spoil: (view) =>
      (view.resources = view.resources.filter(({ name }: { name: string }) => name !== "ship-timer")),
    says: [
      "kaleem-ship: timer: expected one, got nothing; declare it in Backups, which copies them off-site",
    ],
  },
  "a timer that does not outlive a reboot": {
    rule: "timers-present",
    spoil: (_, inputs) =>
      (inputs("point-timer").stdin = inputs("point-timer").stdin.replace("WantedBy=timers.target", "")),
    says: [
      "kaleem-point: WantedBy: expected timers.target, got nothing, so that a reboot ends it; declare it in Backups, which takes recovery points",
    ],
  },
  "a unit that starts something else": {
    rule: "timers-present",
    spoil: (_, inputs) =>
      (inputs("point-service").stdin = inputs("point-service").stdin.replace("agent point", "agent status")),
    says: [
      "kaleem-point: ExecStart: expected /usr/local/bin/kaleem-agent point, got something else; declare it in Backups, which takes recovery points",
    ],
  },
  "a unit that fails in silence": {
    rule: "timers-present",
    spoil: (_, inputs) =>
      (inputs("ship-service").stdin = inputs("ship-service").stdin.replace("OnFailure=alert", "")),
    says: [
      "kaleem-ship: OnFailure: expected the unit that says so, got nothing, so that it fails in silence; declare it in Backups, which copies them off-site",
    ],
  },
  "a Swarm secret in plain": {
    rule: "secrets-marked",
    spoil: (_, inputs, named) => {
      named("store-password").secretPaths = new Set();
      inputs("store-password").data = "something";
    },
    says: [
      "store-password: data: expected a Pulumi secret, got plain text (not shown); wrap it in pulumi.secret, or read it with requireSecret",
    ],
  },
  "a secret file in plain": {
    rule: "secrets-marked",
    spoil: (_, inputs, named) => {
      named("restic-password").secretPaths = new Set(["connection"]);
      inputs("restic-password").stdin = "something";
    },
    says: [
      "restic-password: stdin: expected a Pulumi secret, got plain text (not shown); wrap it in pulumi.secret, or read it with requireSecret",
    ],
  },
  "a private key in plain": {
    rule: "secrets-marked",
    spoil: (_, __, named) => (named("edge-conf").secretPaths = new Set()),
    says: [
      "edge-conf: connection.privateKey: expected a Pulumi secret, got plain text (not shown); wrap it in pulumi.secret, or read it with requireSecret",
    ],
  },
  "a secret's value in another input, in base64": {
    rule: "secrets-marked",
    spoil: (_, inputs) =>
      (inputs("store-file").data = `x${Buffer.from("never-in-plain").toString("base64")}`),
    says: [
      "store-file: data: expected no secret, got the value of store-password in plain text (not shown); deliver it as a Swarm secret or by stdin",
    ],
  },
  "a password in the environment": {
    rule: "environment-harmless",
    spoil: (_, inputs) => (container(inputs).env.MONGO_PASSWORD = "x"),
    says: [
      "store-service: env MONGO_PASSWORD: expected no secret, got what looks like one (not shown); deliver it under /run/secrets and name the file",
    ],
  },
  "a login in an address": {
    rule: "environment-harmless",
    spoil: (_, inputs) => (container(inputs).env.URL = "redis://:hunter2@redis:6379"),
    says: [
      "store-service: env URL: expected no secret, got what looks like one (not shown); deliver it under /run/secrets and name the file",
    ],
  },
  "a password among the arguments": {
    rule: "environment-harmless",
    spoil: (_, inputs) => (container(inputs).args = ["serve", "--password=x"]),
    says: [
      "store-service: args.1: expected no secret, got what looks like one (not shown); deliver it under /run/secrets and name the file",
    ],
  },
  "a secret with a fixed name": {
    rule: "secrets-rotatable",
    spoil: (_, inputs) => (inputs("store-password").name = "store-password"),
    says: [
      'store-password: name: expected none, so that a new one can be made before the old one goes, got "store-password"; leave it out',
    ],
  },
  "an edge without TLS": {
    rule: "tls-outside-local",
    spoil: (_, inputs) =>
      (inputs("edge-conf").stdin = inputs("edge-conf").stdin.replace("listen 443 ssl", "listen 443")),
    says: ["edge-conf: listen: expected 443 ssl, got none; let the edge speak TLS"],
  },
  "an edge that speaks an old TLS": {
    rule: "tls-outside-local",
    spoil: (_, inputs) =>
      (inputs("edge-conf").stdin = inputs("edge-conf").stdin.replace("TLSv1.2 ", "TLSv1.1 TLSv1.2 ")),
    says: [
      'edge-conf: ssl_protocols: expected TLSv1.2 TLSv1.3, got "TLSv1.1 TLSv1.2 TLSv1.3"; older ones are broken',
    ],
  },
  "an edge that passes plain HTTP on": {
    rule: "tls-outside-local",
    spoil: (_, inputs) =>
      (inputs("edge-conf").stdin = inputs("edge-conf").stdin.replace(
        "listen 443 ssl",
        "listen 80;\n    listen 443 ssl",
      )),
    says: [
      "edge-conf: listen 80: expected a redirect to HTTPS, got requests passed on in the clear; return 308 there",
    ],
  },
  "a self-signed certificate": {
    rule: "tls-outside-local",
    spoil: (_, inputs) =>
      Object.assign(inputs("edge-conf"), { create: "bash -s", stdin: "openssl req -x509 -noenc" }),
    says: [
      "edge-conf: certificate: expected one that clients trust, got a self-signed one; give the edge a certificate's files",
    ],
  },
  "a bucket without TLS": {
    rule: "tls-outside-local",
    spoil: (_, inputs) =>
      (inputs("agent-config").stdin = inputs("agent-config").stdin.replace("https:", "http:")),
    says: ['agent-config: offsite.endpoint: expected https://…, got "http://s3.example.com"; use TLS'],
  },
  "a registry without TLS": {
    rule: "tls-outside-local",
    spoil: (_, inputs) => (inputs("edge-conf").create += " --insecure-registry 10.0.0.1:5000"),
    says: ["edge-conf: insecureRegistries: expected none, got at least one; use a registry that speaks TLS"],
  },
};

test("a stack that keeps every rule is let through", () => {
  assert.deepEqual(violations(allRules, compliantView()), []);
});

for (const [title, { rule, spoil, says }] of Object.entries(cases)) {
  test(`${title} is refused`, () => {
    const view: Spoilt = structuredCloneWithFunctions(compliantView());
    const named = (name: string): Spoilt =>
      view.resources.find((each: { name: string }) => each.name === name);
    spoil(view, (name) => named(name).inputs, named);
    assert.deepEqual(
      violations(allRules, view as StackView),
      says.map((sentence) => ({ rule, resource: sentence.split(":")[0], sentence })),
    );
  });
}

test("every rule has a case that breaks it", () => {
  const broken = new Set(Object.values(cases).map(({ rule }) => rule));
  assert.deepEqual(
    allRules.map(({ name }) => name).filter((name) => !broken.has(name)),
    [],
  );
});

test("what only the outside must not see is let through on local", () => {
  const view: Spoilt = structuredCloneWithFunctions(compliantView());
  view.stack = "local";
  view.images.store = { ref: "store:1", source: "stand-in" };
  for (const each of view.resources)
    if (each.name === "edge-conf") each.inputs.stdin = "server { listen 80; proxy_pass }";
  assert.deepEqual(violations(allRules, view as StackView), []);
});

/** The engine shows a pack every secret unwrapped: then nothing can be said about marks, and nothing is. */
test("where marks of secrets are not shown, none is missed", () => {
  const view: Spoilt = structuredCloneWithFunctions(compliantView());
  for (const each of view.resources) each.secretPaths = null;
  assert.deepEqual(violations(allRules, view as StackView), []);
});

function structuredCloneWithFunctions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneWithFunctions);
  if (value instanceof Set || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, structuredCloneWithFunctions(inner)]),
  );
}
