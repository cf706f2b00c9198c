import { lockedPrefixes } from "../../contract/layout.ts";
import { type BucketSettings, wholeSeconds } from "../config/account-schema.ts";

/** One rule of a bucket's lock, as R2's API has it. */
export interface LockRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  readonly condition: { readonly type: "Age"; readonly maxAgeSeconds: number };
}

/** The whole lock of a bucket: a rule for each prefix that is written once, and for no other. */
export function lockRules({ prefix, lockFor }: Pick<BucketSettings, "prefix" | "lockFor">): LockRule[] {
  return lockedPrefixes.map((locked) => ({
    id: `kaleem-${locked.replaceAll("/", "-").replace(/-$/, "")}`,
    enabled: true,
    prefix: prefix === "" ? locked : `${prefix}/${locked}`,
    condition: { type: "Age", maxAgeSeconds: wholeSeconds(lockFor) },
  }));
}

/** One rule of a bucket's lifecycle, as R2's API has it. */
export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly conditions: { readonly prefix: string };
  readonly abortMultipartUploadsTransition?: AgeTransition;
  readonly deleteObjectsTransition?: AgeTransition;
}

interface AgeTransition {
  readonly condition: { readonly type: "Age"; readonly maxAge: number };
}

/** The whole lifecycle of a bucket. It replaces what was there, R2's own rule for unfinished uploads included, so that one is said again. */
export function lifecycleRules({
  abortUploadsAfter,
  expire,
}: Pick<BucketSettings, "abortUploadsAfter" | "expire">): LifecycleRule[] {
  return [
    {
      id: "kaleem-unfinished-uploads",
      enabled: true,
      conditions: { prefix: "" },
      abortMultipartUploadsTransition: age(wholeSeconds(abortUploadsAfter)),
    },
    ...expire.map(({ prefix, after }) => ({
      id: `kaleem-expire-${prefix.replaceAll("/", "-")}`,
      enabled: true,
      conditions: { prefix },
      deleteObjectsTransition: age(wholeSeconds(after)),
    })),
  ];
}

function age(maxAge: number): AgeTransition {
  return { condition: { type: "Age", maxAge } };
}
