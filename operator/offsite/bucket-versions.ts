import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { elementOf, parseVersionPage, type ListedVersion } from "../../recovery/lineage/bucket-listing.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";

/** Whether a bucket keeps what is overwritten or removed. R2 keeps nothing. */
export async function keepsVersions(bucket: Bucket): Promise<boolean> {
  const { status, body } = await bucket.ask("GET", "", { query: { versioning: "" } });
  if (status === 200) return elementOf(body, "Status") === "Enabled";
  if (status === 501 || status === 400 || status === 404) return false;
  throw refused(bucket, "tell whether it keeps versions", status);
}

/** A rule of S3's object lock for all that is new; null where there is none. */
export interface LockRule {
  /** `GOVERNANCE`: whoever has a special right may remove. `COMPLIANCE`: nobody may. */
  readonly mode: string;
  readonly days: number;
}

/** The bucket's default retention by S3's object lock; R2 has rules of its own, which a key pair cannot ask for. */
export async function lockRule(bucket: Bucket): Promise<LockRule | null> {
  const { status, body } = await bucket.ask("GET", "", { query: { "object-lock": "" } });
  if (status !== 200 || elementOf(body, "ObjectLockEnabled") !== "Enabled") return null;
  const mode = elementOf(body, "Mode");
  const days = Number(elementOf(body, "Days") ?? 0) + 365 * Number(elementOf(body, "Years") ?? 0);
  return mode === null || days === 0 ? null : { mode, days };
}

/** Every version of every object below the bucket's prefix: by key, the newest first. */
export async function listVersions(bucket: Bucket): Promise<readonly ListedVersion[]> {
  const { prefix } = bucket.location;
  const root = prefix === "" ? "" : `${prefix}/`;
  const found: ListedVersion[] = [];
  let after: Record<string, string> = {};
  for (;;) {
    const query = { versions: "", "encoding-type": "url", prefix: root, ...after };
    const { status, body } = await bucket.ask("GET", "", { query });
    if (status !== 200) throw refused(bucket, "list versions", status);
    const { versions, next } = parseVersionPage(body);
    found.push(...versions.map((version) => ({ ...version, key: version.key.slice(root.length) })));
    if (next === null) return found;
    after = { "key-marker": next.key, "version-id-marker": next.version };
  }
}

function refused(bucket: Bucket, what: string, status: number): RecoveryError {
  const { bucket: name, endpoint } = bucket.location;
  return new RecoveryError(
    exitCodes.offsiteRefused,
    `The off-site bucket ${name} at ${endpoint} does not ${what} (${status}): use a key pair that may (s3:GetBucketVersioning, s3:ListBucketVersions).`,
  );
}
