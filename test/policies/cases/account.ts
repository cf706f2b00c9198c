import { lockedPrefixes } from "../../../contract/layout.ts";
import { permissionGroups } from "../../../components/offsite/token-permissions.ts";
import type { RefusedCases } from "../support/refused-case.ts";
import { compliantAccount } from "../support/compliant-account.ts";

const of = compliantAccount;

/** How the rules about the account are broken. */
export const accountCases: RefusedCases = {
  "a machine beside the account's bucket": {
    of,
    rule: "account-apart",
    spoil: (stack) => stack.resource("prod-domain").set("type", "docker:index/network:Network"),
    says: [
      ["prod-bucket", "r2Bucket:R2Bucket"],
      ["prod-lock", "r2BucketLock:R2BucketLock"],
      ["prod-lifecycle", "r2BucketLifecycle:R2BucketLifecycle"],
      ["prod-host-1-token", "accountToken:AccountToken"],
      ["prod-drill-1-token", "accountToken:AccountToken"],
      ["records-prod", "dnsRecord:DnsRecord"],
    ].map(
      ([name, type]) =>
        `${name}: cloudflare:index/${type}: expected it in the account's stack, got it beside a machine; declare it there`,
    ),
    // What is no account's is asked what machines are asked.
    alsoOf: ["timers-present"],
  },
  "an unprotected bucket": {
    of,
    rule: "data-protected",
    spoil: (stack) => stack.resource("prod-bucket").set("protect", false),
    says: [
      "prod-bucket: protect: expected true for cloudflare:index/r2Bucket:R2Bucket, which holds data, got false; give it protect: true",
    ],
  },
  ...Object.fromEntries(
    [
      ["prod-lock", "r2BucketLock:R2BucketLock"],
      ["prod-lifecycle", "r2BucketLifecycle:R2BucketLifecycle"],
      ["records-prod", "dnsRecord:DnsRecord"],
    ].map(([name = "", type]) => [
      `an unprotected ${name}`,
      {
        of,
        rule: "account-kept",
        spoil: (stack) => stack.resource(name).set("protect", false),
        says: [
          `${name}: protect: expected true for cloudflare:index/${type}, got false; give it protect: true`,
        ],
      },
    ]),
  ),
  "an account without its guard": {
    of,
    rule: "account-kept",
    spoil: (stack) => stack.resource("guard").set("protect", false),
    says: [
      "stack: guard: expected a protected kaleem:account:Guard, got none; a destroy would remove every key pair before it comes to what is protected",
    ],
  },
  "a bucket without a lock": {
    of,
    rule: "bucket-locked",
    spoil: (stack) => stack.inputs("prod-lock").set("bucketName", "another"),
    says: ["prod-bucket: lock: expected one, got none; whoever has a machine's key could empty the bucket"],
  },
  "a lock that holds for less than is promised": {
    of,
    rule: "bucket-locked",
    spoil: (stack) => stack.inputs("prod-lock").set("rules.0.condition.maxAgeSeconds", 86_400),
    says: [
      "prod-lock: rules: expected one that holds deep/restic/data/ for 336h, got none; complete the lock",
    ],
  },
  "a rule of the lock that is switched off": {
    of,
    rule: "bucket-locked",
    spoil: (stack) => stack.inputs("prod-lock").set("rules.4.enabled", false),
    says: ["prod-lock: rules: expected one that holds deep/kit/ for 336h, got none; complete the lock"],
  },
  "a lock that ends on a day": {
    of,
    rule: "bucket-locked",
    spoil: (stack) => stack.inputs("prod-lock").set("rules.1.condition.type", "Date"),
    says: [
      "prod-lock: rules: expected one that holds deep/restic/snapshots/ for 336h, got none; complete the lock",
    ],
  },
  "a lock on what every run renews": {
    of,
    rule: "bucket-locked",
    spoil: (stack) =>
      stack.inputs("prod-lock").set(`rules.${lockedPrefixes.length}`, {
        id: "index",
        enabled: true,
        prefix: "deep/restic/index/",
        condition: { type: "Age", maxAgeSeconds: 1_209_600 },
      }),
    says: [
      'prod-lock: rules: expected none on "deep/restic/index/", which is renewed or is not the platform\'s, got one; take it out',
    ],
  },
  "a promise of a short lock": {
    of,
    rule: "bucket-locked",
    spoil: (stack) => stack.inputs("prod").set("lockFor", "24h"),
    says: ["prod-bucket: lockFor: expected 336h or more, got 24h; nobody would have noticed in time"],
  },
  "points that are kept for less than the lock holds": {
    of,
    rule: "bucket-locked",
    spoil: (stack) => stack.inputs("prod").set("keptFor", "336h"),
    says: [
      "prod-bucket: keptFor: expected more than the lock's 336h, got 336h; points would be due to go while nobody can remove them",
    ],
  },
  "a machine that keeps points for less than the lock holds": {
    rule: "window-beyond-lock",
    spoil: (stack) => stack.inputs("agent-config").replace("stdin", '"within":"360h"', '"within":"336h"'),
    says: [
      "agent-config: offsiteRetention.within: expected more than the lock's 336h, got 336h; keep points for longer",
    ],
  },
  "a bucket without a lifecycle": {
    of,
    rule: "lifecycle-harmless",
    spoil: (stack) => stack.inputs("prod-lifecycle").set("bucketName", "another"),
    says: [
      "prod-bucket: lifecycle: expected one, got none; parts of uploads that never ended would stay, and cost",
    ],
  },
  "a lifecycle that leaves unfinished uploads": {
    of,
    rule: "lifecycle-harmless",
    spoil: (stack) => stack.inputs("prod-lifecycle").set("rules.0.conditions.prefix", "tmp"),
    says: [
      "prod-lifecycle: rules: expected one that ends unfinished uploads everywhere, got none; say R2's own rule again",
    ],
  },
  "a lifecycle that takes points away": {
    of,
    rule: "lifecycle-harmless",
    spoil: (stack) => stack.inputs("prod-lifecycle").set("rules.1.conditions.prefix", "deep/re"),
    says: [
      'prod-lifecycle: rules: expected to leave deep/restic/ alone, got one that takes away or moves "deep/re"; a recovery reads it',
    ],
  },
  "a lifecycle that takes everything away": {
    of,
    rule: "lifecycle-harmless",
    spoil: (stack) => stack.inputs("prod-lifecycle").set("rules.1.conditions.prefix", ""),
    says: [
      'prod-lifecycle: rules: expected to leave deep/restic/ alone, got one that takes away or moves ""; a recovery reads it',
    ],
  },
  "a bucket that anybody reads": {
    of,
    rule: "bucket-private",
    spoil: (stack) => stack.inputs("prod-domain").set("enabled", true),
    says: [
      "prod-domain: cloudflare:index/r2ManagedDomain:R2ManagedDomain: expected none that is enabled, got one; take it out",
    ],
  },
  "a drill's token that writes": {
    of,
    rule: "tokens-scoped",
    spoil: (stack) =>
      stack.inputs("prod-drill-1-token").set("policies.0.permissionGroups.0.id", permissionGroups.write),
    says: [
      `prod-drill-1-token: permissionGroups: expected ["${permissionGroups.read}"] for a drill, got ["${permissionGroups.write}"]; give it no more than that`,
    ],
  },
  "a machine's token that may do more": {
    of,
    rule: "tokens-scoped",
    spoil: (stack) =>
      stack.inputs("prod-host-1-token").set("policies.0.permissionGroups.1", { id: "another" }),
    says: [
      `prod-host-1-token: permissionGroups: expected ["${permissionGroups.write}"] for a host, got ["${permissionGroups.write}","another"]; give it no more than that`,
    ],
  },
  "a token for the whole account": {
    of,
    rule: "tokens-scoped",
    spoil: (stack) =>
      stack.inputs("prod-host-1-token").set("policies.0.resources", '{"com.cloudflare.api.account.x":"*"}'),
    says: [
      'prod-host-1-token: resources: expected one bucket of this stack, got ["com.cloudflare.api.account.x"]; name that bucket alone',
    ],
  },
  "a token that denies": {
    of,
    rule: "tokens-scoped",
    spoil: (stack) => stack.inputs("prod-host-1-token").set("policies.0.effect", "deny"),
    says: ['prod-host-1-token: effect: expected "allow", got "deny"; allow what is needed, and nothing else'],
  },
  "a token with two policies": {
    of,
    rule: "tokens-scoped",
    spoil: (stack) => stack.inputs("prod-host-1-token").set("policies.1", {}),
    says: ["prod-host-1-token: policies: expected one, got 2; make a token for each use"],
  },
  "a token of nobody knows what for": {
    of,
    rule: "tokens-scoped",
    spoil: (stack) => stack.resource("prod-host-1-token").set("name", "token"),
    says: [
      "token: name: expected one that says host or drill and its generation, got another; make it by a BackupBucket",
    ],
  },
  "a record that points elsewhere than its target": {
    of,
    rule: "records-by-target",
    spoil: (stack) => stack.inputs("records-prod").set("content", "198.51.100.9"),
    says: [
      'records-prod: content: expected the address of its target, "203.0.113.7", got "198.51.100.9"; move it by its target alone',
    ],
  },
  "a record without a target": {
    of,
    rule: "records-by-target",
    spoil: (stack) => stack.resource("records-prod").set("name", "elsewhere"),
    says: [
      'elsewhere: content: expected the address of its target, nothing, got "203.0.113.7"; move it by its target alone',
    ],
  },
  "a target that nobody knows since when": {
    of,
    rule: "records-by-target",
    spoil: (stack) => stack.inputs("records").remove("targets.prod.at"),
    says: ["records-prod: target: expected the instant since when it points there, got nothing; write it"],
  },
};
