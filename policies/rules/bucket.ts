import { milliseconds, type Duration } from "../../catalog/quantities.ts";
import { keptPrefixes, overlap } from "../../components/config/parse-account.ts";
import { layout, lockedPrefixes } from "../../contract/layout.ts";
import { accountTypes, ofBucket } from "../account-view.ts";
import { hostFiles, ofType } from "../declared.ts";
import { list, property, shown, text } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import type { StackView } from "../stack-view.ts";

/** The shortest time that leaves somebody the chance to notice a stolen key. */
const shortestLockMs = 14 * 24 * 3_600_000;

/** What a bucket is declared to be. */
interface PromisedBucket {
  readonly resource: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly lockForMs: number;
  readonly keptForMs: number;
}

function buckets(view: StackView): readonly PromisedBucket[] {
  const promised = ofType(view, accountTypes.backupBucket);
  return ofType(view, accountTypes.bucket).map(({ name, inputs }) => {
    const bucket = text(inputs, "name");
    const promise = promised.find((each) => text(each.inputs, "bucket") === bucket)?.inputs ?? {};
    return {
      resource: name,
      bucket,
      prefix: text(promise, "prefix"),
      lockForMs: spanMs(property(promise, "lockFor")),
      keptForMs: spanMs(property(promise, "keptFor")),
    };
  });
}

function spanMs(span: unknown): number {
  return typeof span === "string" && /^\d+(ms|s|m|h)$/.test(span)
    ? milliseconds(span as Duration)
    : Number.NaN;
}

/** A machine's key can remove everything that no lock holds. */
export const bucketLocked: Rule = {
  name: "bucket-locked",
  description:
    "A lock of 14 days or more lies on what is written once in every bucket, and on nothing that every run renews.",
  check: (view) => buckets(view).flatMap((bucket) => [...locks(view, bucket), ...lockTime(bucket)]),
};

function locks(view: StackView, { resource, bucket, prefix, lockForMs }: PromisedBucket): readonly Finding[] {
  const lock = ofBucket(view, accountTypes.lock, bucket);
  if (lock === undefined)
    return [
      {
        resource,
        sentence: "lock: expected one, got none; whoever has a machine's key could empty the bucket",
      },
    ];
  const below = prefix === "" ? "" : `${prefix}/`;
  const rules = list(lock.inputs, "rules").map((rule) => ({
    prefix: text(rule, "prefix"),
    holdsMs: holdsMs(rule),
  }));
  const wanted = lockedPrefixes.map((each) => `${below}${each}`);
  return [
    ...wanted
      .filter((each) => !rules.some((rule) => rule.prefix === each && rule.holdsMs >= lockForMs))
      .map((each) => ({
        resource: lock.name,
        sentence: `rules: expected one that holds ${each} for ${told(lockForMs)}, got none; complete the lock`,
      })),
    ...rules
      .filter((rule) => !wanted.includes(rule.prefix))
      .map((rule) => ({
        resource: lock.name,
        sentence: `rules: expected none on ${shown(rule.prefix)}, which is renewed or is not the platform's, got one; take it out`,
      })),
  ];
}

/** How long a rule holds; 0 for one that is switched off or has no age. */
function holdsMs(rule: unknown): number {
  const seconds = property(rule, "condition.maxAgeSeconds");
  const isAge = property(rule, "condition.type") === "Age" && typeof seconds === "number";
  return property(rule, "enabled") === true && isAge ? seconds * 1000 : 0;
}

function lockTime({ resource, lockForMs, keptForMs }: PromisedBucket): readonly Finding[] {
  return [
    ...(lockForMs >= shortestLockMs
      ? []
      : [
          {
            resource,
            sentence: `lockFor: expected ${told(shortestLockMs)} or more, got ${told(lockForMs)}; nobody would have noticed in time`,
          },
        ]),
    ...(keptForMs > lockForMs
      ? []
      : [
          {
            resource,
            sentence: `keptFor: expected more than the lock's ${told(lockForMs)}, got ${told(keptForMs)}; points would be due to go while nobody can remove them`,
          },
        ]),
  ];
}

function told(ms: number): string {
  return Number.isNaN(ms) ? "nothing" : `${ms / 3_600_000}h`;
}

/** The same promise where points are written: a machine that keeps points for less than its bucket's lock holds them. */
export const windowBeyondLock: Rule = {
  name: "window-beyond-lock",
  description: "Off-site, a machine keeps every point for longer than the bucket's lock holds.",
  check: (view) =>
    hostFiles(view)
      .filter(({ path }) => path === layout.config)
      .flatMap(({ resource, content }) => {
        const config = JSON.parse(content) as unknown;
        const lockForMs = property(config, "lockForMs");
        const within = spanMs(property(config, "offsiteRetention.within"));
        if (typeof lockForMs !== "number" || within > lockForMs) return [];
        return [
          {
            resource: resource.name,
            sentence: `offsiteRetention.within: expected more than the lock's ${told(lockForMs)}, got ${told(within)}; keep points for longer`,
          },
        ];
      }),
};

/** A lifecycle asks nobody, and no lock of restic's stops it. */
export const lifecycleHarmless: Rule = {
  name: "lifecycle-harmless",
  description:
    "A lifecycle removes unfinished uploads, and objects only outside everything that a recovery reads.",
  check: (view) =>
    buckets(view).flatMap(({ resource, bucket, prefix }) => {
      const lifecycle = ofBucket(view, accountTypes.lifecycle, bucket);
      if (lifecycle === undefined)
        return [
          {
            resource,
            sentence:
              "lifecycle: expected one, got none; parts of uploads that never ended would stay, and cost",
          },
        ];
      const rules = list(lifecycle.inputs, "rules");
      const aborts = rules.some(
        (rule) =>
          property(rule, "enabled") === true &&
          text(rule, "conditions.prefix") === "" &&
          property(rule, "abortMultipartUploadsTransition.condition.maxAge") !== undefined,
      );
      return [
        ...(aborts
          ? []
          : [
              {
                resource: lifecycle.name,
                sentence:
                  "rules: expected one that ends unfinished uploads everywhere, got none; say R2's own rule again",
              },
            ]),
        ...rules
          .filter(
            (rule) =>
              property(rule, "deleteObjectsTransition") !== undefined ||
              list(rule, "storageClassTransitions").length > 0,
          )
          .flatMap((rule) => {
            const expired = text(rule, "conditions.prefix");
            const taken = keptPrefixes(prefix).find((each) => overlap(each, expired));
            return taken === undefined
              ? []
              : [
                  {
                    resource: lifecycle.name,
                    sentence: `rules: expected to leave ${taken} alone, got one that takes away or moves ${shown(expired)}; a recovery reads it`,
                  },
                ];
          }),
      ];
    }),
};

const publicTypes = /^cloudflare:index\/r2(CustomDomain|ManagedDomain):/;

/** What is in the bucket is encrypted, and nobody's business all the same. */
export const bucketPrivate: Rule = {
  name: "bucket-private",
  description: "No bucket has an address that anybody can read it by.",
  check: (view) =>
    view.resources
      .filter(({ type, inputs }) => publicTypes.test(type) && property(inputs, "enabled") !== false)
      .map(({ name, type }) => ({
        resource: name,
        sentence: `${type}: expected none that is enabled, got one; take it out`,
      })),
};
