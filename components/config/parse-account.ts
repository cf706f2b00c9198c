import { milliseconds } from "../../catalog/quantities.ts";
import { bucketLayout, lockedPrefixes } from "../../contract/layout.ts";
import {
  accountConfigSchema,
  accountSecrets,
  type AccountSettings,
  type BucketSettings,
} from "./account-schema.ts";
import { ConfigError, sentences } from "./config-error.ts";
import { keysAt, type RawConfig, structured } from "./parse.ts";

/** What is needed of a stack's configuration to check an account's. */
export type RawAccountConfig = Pick<RawConfig, "file" | "values" | "encrypted" | "textProblems">;

/** Checks the whole configuration of an account's stack. Throws one ConfigError with every problem; its secret is checked, not returned. */
export function parseAccount(raw: RawAccountConfig): AccountSettings {
  const settings = Object.fromEntries(
    Object.entries(raw.values)
      .filter(([key]) => !Object.hasOwn(accountSecrets, key))
      .map(([key, value]) => [key, structured(value)]),
  );
  const parsed = accountConfigSchema.safeParse(settings);
  const known = (path: readonly PropertyKey[]) => [
    ...keysAt(accountConfigSchema, path, settings),
    ...(path.length === 0 ? Object.keys(accountSecrets) : []),
  ];
  const problems = [
    ...(raw.textProblems ?? []),
    ...sentences(parsed.error?.issues ?? [], settings, known, (key) => raw.encrypted.has(key)),
    ...secretProblems(raw),
    ...(parsed.success ? togetherProblems(parsed.data) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(raw.file, problems);
  return parsed.data;
}

function secretProblems({ values, encrypted }: RawAccountConfig): string[] {
  return Object.entries(accountSecrets).flatMap(([key, { form }]) => {
    const set = `set it with: pulumi config set --secret ${key}`;
    const value = values[key];
    if (value === undefined || value === "") return [`${key}: missing secret; ${set}`];
    if (!encrypted.has(key)) return [`${key}: a secret in plain text; ${set}`];
    const checked = form.safeParse(value);
    return checked.success
      ? []
      : [`${key}: ${checked.error.issues[0]?.message ?? "wrong form"}; the value is not shown; ${set}`];
  });
}

/** What is right by itself and wrong together. */
function togetherProblems({ account, targets, adopt }: AccountSettings): string[] {
  const buckets = Object.entries(account.buckets);
  return [
    ...(account.zone === undefined && Object.keys(account.records).length > 0
      ? ["account.zone: missing; expected the id of the zone that the records are in"]
      : []),
    ...repeated(
      buckets.map(([key, { bucket, jurisdiction }]) => [key, `${jurisdiction}/${bucket}`] as const),
    ).map(
      ([key, first]) =>
        `account.buckets.${key}.bucket: expected a bucket of its own, got that of ${first}; declare it once`,
    ),
    ...repeated(Object.entries(account.records).map(([key, { name }]) => [key, name] as const)).map(
      ([key, first]) =>
        `account.records.${key}.name: expected a name of its own, got that of ${first}; declare it once`,
    ),
    ...buckets.flatMap(([key, bucket]) => [
      ...lockProblems(key, bucket, adopt.buckets[key]),
      ...expiryProblems(key, bucket),
      ...keyProblems(key, bucket),
    ]),
    ...unknownNames("targets", Object.keys(targets), Object.keys(account.records), "records"),
    ...unknownNames("adopt.records", Object.keys(adopt.records), Object.keys(account.records), "records"),
    ...unknownNames("adopt.buckets", Object.keys(adopt.buckets), Object.keys(account.buckets), "buckets"),
    // A record that is adopted must be declared as it is, which its address belongs to.
    ...Object.keys(adopt.records)
      .filter((key) => Object.hasOwn(account.records, key) && targets[key] === undefined)
      .map(
        (key) =>
          `adopt.records.${key}: expected its present address in targets.${key}, got nothing; write it there`,
      ),
  ];
}

function lockProblems(
  key: string,
  { lockFor, keptFor }: BucketSettings,
  found: AccountSettings["adopt"]["buckets"][string] | undefined,
): string[] {
  const at = `account.buckets.${key}.lockFor`;
  const lockedFor = found?.lockedFor;
  return [
    ...(milliseconds(lockFor) < milliseconds(keptFor)
      ? []
      : [
          `${at}: expected less than keptFor (${keptFor}), since what the lock holds cannot be forgotten, got ${lockFor}; lengthen both keptFor and the stack's backups.keepOffsite.within, or shorten the lock`,
        ]),
    ...(lockedFor === undefined || milliseconds(lockFor) >= milliseconds(lockedFor)
      ? []
      : [
          `${at}: expected ${lockedFor} or more, for which the bucket's lock held when it was found, got ${lockFor}; a lock is never weakened`,
        ]),
  ];
}

/** Everything that the platform itself writes into a bucket, locked or not: nothing there goes by itself. */
export function keptPrefixes(prefix: string): string[] {
  const below = prefix === "" ? "" : `${prefix}/`;
  const tops = [...Object.values(bucketLayout), ...lockedPrefixes].map(
    (key) => `${key.split("/")[0] ?? key}/`,
  );
  return [...new Set(tops)].map((top) => `${below}${top}`);
}

/** Whether keys that begin with one text may begin with the other. */
export function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function expiryProblems(key: string, { prefix, expire }: BucketSettings): string[] {
  return expire.flatMap((rule, index) => {
    const kept = keptPrefixes(prefix).find((each) => overlap(each, rule.prefix));
    return kept === undefined
      ? []
      : [
          `account.buckets.${key}.expire.${index}.prefix: expected one apart from what a recovery reads, got ${JSON.stringify(rule.prefix)}, which takes ${kept} along; choose another`,
        ];
  });
}

function keyProblems(key: string, { keys }: BucketSettings): string[] {
  return Object.entries(keys).flatMap(([role, generations]) =>
    new Set(generations).size === generations.length
      ? []
      : [
          `account.buckets.${key}.keys.${role}: expected each number once, got [${generations.join(", ")}]; take one out`,
        ],
  );
}

/** Keys whose value another one before them has, with that one. */
function repeated(pairs: readonly (readonly [string, string])[]): [string, string][] {
  return pairs.flatMap(([key, value], index) => {
    const first = pairs.slice(0, index).find(([, other]) => other === value);
    return first === undefined ? [] : [[key, first[0]]];
  });
}

function unknownNames(at: string, names: readonly string[], known: readonly string[], of: string): string[] {
  return names
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `${at}.${name}: expected one of account.${of}, got no such name; known: ${known.join(", ") || "none"}`,
    );
}
