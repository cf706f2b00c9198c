import { lifecycleRules, lockRules } from "../../../components/offsite/bucket-rules.ts";
import { bucketResource, permissionGroups } from "../../../components/offsite/token-permissions.ts";
import { accountTypes } from "../../../policies/account-view.ts";
import type { DeclaredResource, StackView } from "../../../policies/stack-view.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const bucket = "kaleem-prod-backup";
const promise = { bucket, prefix: "deep", lockFor: "336h", keptFor: "360h" } as const;

const resource = (
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  protect = false,
): DeclaredResource => ({
  type,
  name,
  inputs,
  protect,
  secretPaths: new Set(),
});

const token = (use: "host" | "drill", group: string) =>
  resource(accountTypes.token, `prod-${use}-1-token`, {
    accountId,
    name: `${bucket} ${use} 1`,
    policies: [
      {
        effect: "allow",
        permissionGroups: [{ id: group }],
        resources: JSON.stringify({ [bucketResource(accountId, bucket, "default")]: "*" }),
      },
    ],
  });

/** A made-up account's stack that keeps every rule; tests spoil one thing in a copy. */
export function compliantAccount(): StackView {
  const rules = lifecycleRules({ abortUploadsAfter: "168h", expire: [{ prefix: "tmp", after: "24h" }] });
  return {
    stack: "account",
    catalog: [],
    images: null,
    secretValues: {},
    resources: [
      resource(accountTypes.backupBucket, "prod", { ...promise }),
      resource(accountTypes.bucket, "prod-bucket", { accountId, name: bucket, location: "weur" }, true),
      resource(
        accountTypes.lock,
        "prod-lock",
        { accountId, bucketName: bucket, rules: lockRules(promise) },
        true,
      ),
      resource(accountTypes.lifecycle, "prod-lifecycle", { accountId, bucketName: bucket, rules }, true),
      resource("cloudflare:index/r2ManagedDomain:R2ManagedDomain", "prod-domain", {
        bucketName: bucket,
        enabled: false,
      }),
      token("host", permissionGroups.write),
      token("drill", permissionGroups.read),
      resource(accountTypes.dnsRecords, "records", {
        targets: { prod: { address: "203.0.113.7", at: "20270131T120000Z" } },
      }),
      resource(
        accountTypes.record,
        "records-prod",
        { name: "kaleem.example.com", type: "A", content: "203.0.113.7", ttl: 60 },
        true,
      ),
      resource(accountTypes.guard, "guard", {}, true),
    ],
  };
}
