import { ofType } from "./declared.ts";
import type { DeclaredResource, StackView } from "./stack-view.ts";

/** The types of an account's resources, and of the components that declare them. */
export const accountTypes = {
  bucket: "cloudflare:index/r2Bucket:R2Bucket",
  lock: "cloudflare:index/r2BucketLock:R2BucketLock",
  lifecycle: "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  token: "cloudflare:index/accountToken:AccountToken",
  record: "cloudflare:index/dnsRecord:DnsRecord",
  backupBucket: "kaleem:storage:BackupBucket",
  dnsRecords: "kaleem:dns:DnsRecords",
  guard: "kaleem:account:Guard",
} as const;

/** What a stack declares of the account: what outlives every machine. */
export function ofAccount(view: StackView): readonly DeclaredResource[] {
  return view.resources.filter(({ type }) => type.startsWith("cloudflare:"));
}

/** What a stack declares of a machine. */
export function ofMachine(view: StackView): readonly DeclaredResource[] {
  return view.resources.filter(({ type }) => /^(docker|command|aws):/.test(type));
}

/** Whether a stack is the account's: then what only machines promise is not asked of it. One that is both is refused for that. */
export function isAccount(view: StackView): boolean {
  return ofAccount(view).length > 0 && ofMachine(view).length === 0;
}

/** The one resource of a type that belongs to a bucket; undefined for none. */
export function ofBucket(view: StackView, type: string, bucket: unknown): DeclaredResource | undefined {
  return ofType(view, type).find(({ inputs }) => inputs["bucketName"] === bucket);
}
