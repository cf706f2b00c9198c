import { isIP, isIPv4 } from "node:net";
import { z } from "zod";
import { type Duration, milliseconds } from "../../catalog/quantities.ts";
import * as field from "./fields.ts";
import { judgedText as text } from "./judged-text.ts";

/** What one account's part is called in the stack file and in the names of its resources. */
const name = text<string>(/^[a-z][a-z0-9-]{0,30}$/, "a name of small letters, digits and dashes");

/** How Cloudflare writes the ids of accounts, zones, records and tokens. */
const id = (of: string) =>
  text<string>(/^[0-9a-f]{32}$/, `${of} of 32 digits from 0-9 and a-f`, (value) =>
    /^[0-9A-Fa-f]{32}$/.test(value) && value !== value.toLowerCase() ? "write it in lower case" : undefined,
  );

/** A name in the DNS, whole: the API answers short names and `@` with the whole one, which would be a change each time. */
const recordName = text<string>(
  /^(\*\.)?(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
  "a whole name such as kaleem.example.com",
  (value) => {
    if (isIP(value) !== 0) return "an address is no name; the address is set by a target";
    if (value === "@") return "write the zone's whole name";
    if (value.endsWith(".")) return "write it without the dot at its end";
    if (value !== value.toLowerCase()) return `write ${value.toLowerCase()}`;
    return value.includes(".") ? undefined : "write the whole name, the zone's included";
  },
);

const address = text<string>(/^[0-9a-f.:]{3,39}$/, "an IPv4 or IPv6 address", (value) => {
  if (isIP(value) === 0) return "write the machine's public address";
  if (isIPv4(value)) return undefined;
  return value === new URL(`http://[${value}]`).hostname.slice(1, -1)
    ? undefined
    : `write ${new URL(`http://[${value}]`).hostname.slice(1, -1)}`;
});

/** As points write theirs: no reader of YAML takes it for a date, which some would write back in another form. */
const instant = text<string>(/^\d{8}T\d{6}Z$/, "an instant such as 20270131T120000Z", (value) => {
  const digits = value.replaceAll(/[-: T]|\.\d+|Z$/g, "");
  if (!/^\d{14}$/.test(digits) || !value.endsWith("Z")) return "write it in UTC, to the second";
  const at = new Date(digits.replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(at.getTime())) return "no calendar has it";
  const written = at.toISOString().replace(/[-:]|\.\d+/g, "");
  return written === value ? undefined : `write ${written}`;
});

/** Where R2 may keep a bucket; a hint that is taken once, when it is made. */
const locations = ["apac", "eeur", "enam", "oc", "weur", "wnam"] as const;
const jurisdictions = ["default", "eu", "fedramp"] as const;

function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const title = words.join(", ");
  return z.enum(words, { error: `expected ${title}` }).meta({ title });
}

const generations = z
  .array(
    z
      .int({ error: "expected a whole number from 1 to 999" })
      .min(1, { error: "expected a whole number from 1 to 999" })
      .max(999, { error: "expected a whole number from 1 to 999" })
      .meta({ title: "a whole number from 1 to 999" }),
    {
      error: "expected a list of whole numbers",
    },
  )
  .max(2, { error: "expected one or two key pairs: the one in use, and its successor" });

const expiry = z.strictObject({
  prefix: field.keyPrefix.describe(
    "What to expire: keys that begin with it. Never anything that a recovery reads.",
  ),
  after: field.hours.describe("How long after it was written an object goes."),
});

const bucket = z.strictObject({
  bucket: field.bucket.describe("The bucket's name."),
  location: oneOf(locations).describe(
    "Where R2 keeps it: a hint that is taken when the bucket is made, and never again.",
  ),
  jurisdiction: oneOf(jurisdictions)
    .default("default")
    .describe("Where it must stay by law. It is part of the bucket's address and cannot be changed."),
  prefix: field.keyPrefix
    .default("")
    .describe("What `offsite.prefix` says in the file of the stack that writes here: locks lie below it."),
  lockFor: field.hours
    .default("336h")
    .describe(
      "For how long nothing that is new below the locked prefixes can be removed or replaced, by anybody. No less than `backups.lockFor` of the stack that writes here.",
    ),
  keptFor: field.hours
    .default("360h")
    .describe(
      "What `backups.keepOffsite.within` says there: every point is kept so long, and longer than the lock holds.",
    ),
  abortUploadsAfter: field.hours
    .default("168h")
    .describe("After how long the parts of an upload that never ended are removed."),
  expire: z
    .array(expiry, { error: "expected a list of {prefix, after}" })
    .default([])
    .describe("What goes by itself, outside everything that a recovery needs."),
  keys: z
    .strictObject({
      host: generations
        .default([1])
        .describe("Key pairs that read and write: for the machine. One generation each."),
      drill: generations
        .default([1])
        .describe("Key pairs that only read: for drills and for a copy of your own."),
    })
    .prefault({})
    .describe(
      "The bucket's S3 key pairs. A new one: add the next number, give the machine the new pair, take the old number out.",
    ),
});

const record = z.strictObject({
  name: recordName.describe("The whole name."),
  proxied: field.flag
    .default(false)
    .describe("Whether clients reach Cloudflare, which passes on to the address, or the address itself."),
  ttl: field
    .duration("60s", "24h")
    .default("60s")
    .describe("For how long resolvers remember the address. A proxied record has none of its own."),
});

const account = z
  .strictObject({
    kind: z
      .literal("cloudflare", { error: "expected cloudflare" })
      .describe("R2, DNS and the tokens of one account at Cloudflare."),
    id: id("an account's id").describe("The account's id: the overview of any of its zones shows it."),
    zone: id("a zone's id")
      .optional()
      .describe("The id of the zone that the records are in; only records need it."),
    buckets: z
      .record(name, bucket, { error: "expected buckets by name" })
      .default({})
      .describe("The buckets that recovery points go to, each under a name of its own, such as the stack's."),
    records: z
      .record(name, record, { error: "expected records by name" })
      .default({})
      .describe("The names that clients reach platforms by. Each is declared once it has a target."),
  })
  .describe(
    "What outlives every machine: a stack that declares it is the account's, and declares no machine.",
  );

const target = z.strictObject({
  address: address.describe("Where the record points."),
  at: instant.describe("When it was last moved there, UTC."),
  before: address.optional().describe("Where it pointed until then."),
});

const adopt = z
  .strictObject({
    buckets: z
      .record(
        name,
        z.strictObject({
          lockedFor: field.hours
            .optional()
            .describe(
              "For how long the bucket's lock held when it was found; the program never shortens it.",
            ),
        }),
        { error: "expected buckets by name" },
      )
      .default({})
      .describe("Buckets that were there before this stack: adopted as they are instead of made."),
    records: z
      .record(name, id("a record's id"), { error: "expected ids by name" })
      .default({})
      .describe("Ids of records that were there before this stack."),
  })
  .describe(
    "What survived the loss of this stack's state. Written once, into a stack without state; the program itself looks nothing up.",
  );

/** The shape of the account's stack file, its secret apart. Strict: a key that nothing reads is an error. */
export const accountConfigSchema = z.strictObject({
  account,
  targets: z
    .record(name, target, { error: "expected targets by record" })
    .default({})
    .describe("Where each record points, by the record's name: moved by a cut-over and by nothing else."),
  adopt: adopt.prefault({}),
});

/** The same for an editor: what every account has its own of may be missing still. */
export const accountFileSchema = accountConfigSchema.extend({ account: account.partial() }).partial();

export type AccountSettings = z.infer<typeof accountConfigSchema>;
export type BucketSettings = AccountSettings["account"]["buckets"][string];
export type RecordSettings = AccountSettings["account"]["records"][string];
export type TargetSettings = AccountSettings["targets"][string];

/** Secrets of an account's stack: key → form and meaning. */
export const accountSecrets = {
  "cloudflare-api-token": {
    form: text<string>(/^[A-Za-z0-9_-]{20,256}$/, "an API token of 20 or more letters, digits, _ and -"),
    meaning:
      "The account's own token, with which its stack is brought up: Workers R2 Storage Write, Account API Tokens Write and, for records, DNS Write of the zone. No machine has it.",
  },
} as const;

/** Whole seconds of a span. */
export function wholeSeconds(span: Duration): number {
  return milliseconds(span) / 1000;
}
