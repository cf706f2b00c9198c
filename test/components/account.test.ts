import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import { accountSecrets } from "../../components/config/account-schema.ts";
import { lockedPrefixes } from "../../contract/layout.ts";
import { accountBlock, accountId, zoneId } from "./support/account-stack.ts";
import { type Declared, runProgram } from "./support/program.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-account-"));
after(() => rmSync(folder, { recursive: true }));
process.env["KALEEM_STACK_FILE"] = join(folder, "Pulumi.account.yaml");
writeFileSync(process.env["KALEEM_STACK_FILE"], "config: {}\n");

const record = "11111111111111111111111111111111";
const values = {
  account: JSON.stringify({
    ...accountBlock,
    buckets: {
      prod: {
        bucket: "kaleem-prod-backup",
        location: "weur",
        prefix: "deep",
        expire: [{ prefix: "tmp", after: "24h" }],
      },
    },
    records: {
      prod: { name: "kaleem.example.com", proxied: true },
      www: { name: "www.example.com" },
      later: { name: "later.example.com" },
    },
  }),
  targets: JSON.stringify({
    prod: { address: "203.0.113.7", at: "20270131T120000Z" },
    www: { address: "2001:db8::7", at: "20270131T120000Z" },
  }),
  adopt: JSON.stringify({ buckets: { prod: { lockedFor: "336h" } }, records: { www: record } }),
  "cloudflare-api-token": "plain-token-of-the-account",
};
const { declared, outputs } = await runProgram(values, "account", "", Object.keys(accountSecrets));

const ofType = (type: string): Declared[] => declared.filter((each) => each.type === type);
function only(type: string): Declared {
  const [first, ...more] = ofType(type);
  assert.ok(first);
  assert.deepEqual(more, []);
  return first;
}

test("a stack that declares an account declares no machine", () => {
  assert.deepEqual(
    declared.filter(({ type }) => /^(docker|command):/.test(type)),
    [],
  );
});

test("bucket, lock and lifecycle are protected, and kept when the program forgets them", () => {
  for (const type of [
    "r2Bucket:R2Bucket",
    "r2BucketLock:R2BucketLock",
    "r2BucketLifecycle:R2BucketLifecycle",
  ]) {
    const { protect, retainOnDelete } = only(`cloudflare:index/${type}`);
    assert.deepEqual({ protect, retainOnDelete }, { protect: true, retainOnDelete: true }, type);
  }
});

test("what stops a destroy comes before all else: it waits for every key pair and every record", () => {
  const guard = declared.find(({ name }) => name === "guard");
  assert.equal(guard?.protect, true);
  const awaited = guard.dependencies.map((urn) => urn.split("::").at(-1));
  for (const { name } of [
    ...ofType("cloudflare:index/accountToken:AccountToken"),
    ...ofType("cloudflare:index/dnsRecord:DnsRecord"),
  ])
    assert.ok(awaited.includes(name), name);
});

test("a bucket and a record that were there are adopted; nothing else is", () => {
  const imported = declared
    .filter(({ importId }) => importId !== "")
    .map(({ name, importId }) => [name, importId]);
  assert.deepEqual(imported, [
    ["prod-bucket", `${accountId}/kaleem-prod-backup/default`],
    ["records-www", `${zoneId}/${record}`],
  ]);
});

test("the lock holds each prefix that is written once, below the stack's own, and no other", () => {
  const { rules } = only("cloudflare:index/r2BucketLock:R2BucketLock").inputs as {
    rules: { prefix: string; condition: object; enabled: boolean }[];
  };
  assert.deepEqual(
    rules.map(({ prefix }) => prefix),
    lockedPrefixes.map((each) => `deep/${each}`),
  );
  for (const { condition, enabled } of rules) {
    assert.equal(enabled, true);
    assert.deepEqual(condition, { type: "Age", maxAgeSeconds: 14 * 86_400 });
  }
});

test("unfinished uploads go everywhere, and objects only where the settings say so", () => {
  const { rules } = only("cloudflare:index/r2BucketLifecycle:R2BucketLifecycle").inputs as {
    rules: Record<string, unknown>[];
  };
  assert.deepEqual(rules, [
    {
      id: "kaleem-unfinished-uploads",
      enabled: true,
      conditions: { prefix: "" },
      abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604_800 } },
    },
    {
      id: "kaleem-expire-tmp",
      enabled: true,
      conditions: { prefix: "tmp" },
      deleteObjectsTransition: { condition: { type: "Age", maxAge: 86_400 } },
    },
  ]);
});

test("a machine's token writes in its own bucket, a drill's only reads there, and no other bucket is named", () => {
  const tokens = ofType("cloudflare:index/accountToken:AccountToken").map(({ inputs }) => inputs);
  const resources = `{"com.cloudflare.edge.r2.bucket.${accountId}_default_kaleem-prod-backup":"*"}`;
  assert.deepEqual(
    tokens.map(({ name, policies }) => [name, policies]),
    [
      [
        "kaleem-prod-backup host 1 c0ffee",
        [{ effect: "allow", permissionGroups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }], resources }],
      ],
      [
        "kaleem-prod-backup drill 1 c0ffee",
        [{ effect: "allow", permissionGroups: [{ id: "6a018a9f2fc74eb6b293b0c548f38b39" }], resources }],
      ],
    ],
  );
});

test("a record has its address's type, a proxied one no time of its own, and one without a target is not declared", () => {
  const records = ofType("cloudflare:index/dnsRecord:DnsRecord").map(({ inputs }) => inputs);
  assert.deepEqual(records, [
    { zoneId, name: "kaleem.example.com", type: "A", content: "203.0.113.7", ttl: 1, proxied: true },
    { zoneId, name: "www.example.com", type: "AAAA", content: "2001:db8::7", ttl: 60, proxied: false },
  ]);
});

test("a key pair is the token's id and the digest of its value, secret in the outputs", async () => {
  const { buckets } = outputs as {
    buckets: Record<
      string,
      {
        endpoint: string;
        keys: { host: Record<string, pulumi.Output<{ accessKeyId: string; secretAccessKey: string }>> };
      }
    >;
  };
  const prod = buckets["prod"];
  assert.equal(prod?.endpoint, `https://${accountId}.r2.cloudflarestorage.com`);
  const pair = prod.keys.host["1"];
  assert.ok(pair);
  assert.equal(await (pair as unknown as { isSecret: Promise<boolean> }).isSecret, true);
  const told = await new Promise<unknown>((resolve) => pair.apply(resolve));
  const secretAccessKey = createHash("sha256").update("plain-prod-host-1-token").digest("hex");
  assert.deepEqual(told, { accessKeyId: "prod-host-1-token-id", secretAccessKey });
});

test("the account's token is nowhere in plain text", () => {
  for (const { name, inputs } of declared) {
    const marked = JSON.stringify(inputs, (_, value: unknown) => {
      const isMarked =
        typeof value === "object" &&
        value !== null &&
        Object.values(value).includes("1b47061264138c4ac30d75fd1eb44270");
      return isMarked ? "secret" : value;
    });
    assert.ok(!marked.includes("plain-token-of-the-account"), name);
  }
});
