import { z } from "zod";
import { resticSources } from "../../contract/restic.ts";
import { bytes, type ByteSize, type Duration, milliseconds } from "../../catalog/quantities.ts";
import * as address from "./addresses.ts";
import { bucketAdvice, keyPrefixAdvice } from "./bucket-name.ts";
import { deviceAdvice, pathAdvice } from "./file-path.ts";
import { hostKeyAdvice } from "./host-key.ts";
import { recipientAdvice, recipientForm } from "../kit/recipient.ts";
import { judgedText as text } from "./judged-text.ts";

function whole(min: number, max: number, expectation: string): z.ZodNumber {
  const error = `expected ${expectation}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ title: expectation });
}

function fraction(min: number, max: number, expectation: string): z.ZodNumber {
  const error = `expected ${expectation}`;
  return z.number({ error }).min(min, { error }).max(max, { error }).meta({ title: expectation });
}

/** A size with a binary unit, from `least` to `most`; `why` says where the least comes from. */
export function byteSize(least: ByteSize, most: ByteSize, why = ""): z.ZodType<ByteSize, ByteSize> {
  return text<ByteSize>(/^[1-9]\d{0,9}(KiB|MiB|GiB)$/, "a size such as 512MiB", (value) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([KMG])i?B?$/i.exec(value) ?? [];
    if (amount === undefined || unit === undefined) return undefined;
    const written = `${amount}${unit.toUpperCase()}iB`;
    if (/^0\d|\./.test(amount)) return "write a whole number with its unit";
    if (value !== written) return `write ${written}, with a binary unit and no space`;
    if (bytes(value as ByteSize) < bytes(least)) return `${least} is the least${why}`;
    return bytes(value as ByteSize) > bytes(most) ? `${most} is the most` : undefined;
  });
}

/** A span of time with its unit, from `least` to `most`; `why` says where the most comes from. */
export function duration(least: Duration, most: Duration, why = ""): z.ZodType<Duration, Duration> {
  return text<Duration>(/^[1-9]\d{0,9}(ms|s|m|h)$/, "a time such as 500ms, 30s or 5m", (value) =>
    spanAdvice(value, least, most, why),
  );
}

/** A span of whole hours: the host's repository knows no shorter unit, and takes `m` for months. */
export const hours = text<Duration>(
  /^[1-9]\d{0,9}(ms|s|m|h)$/,
  "a time of whole hours such as 48h",
  (value) => {
    const advice = spanAdvice(value, "1h", "87600h", ", which is ten years");
    if (advice !== undefined || !isSpan(value)) return advice;
    const up = Math.ceil(milliseconds(value) / 3_600_000);
    return milliseconds(value) === up * 3_600_000 ? undefined : `write ${up}h`;
  },
);

/** A span that fits evenly into a minute, an hour or a day, so that a calendar timer can express it. */
export const interval = text<Duration>(
  /^((5|6|10|12|15|20|30)s|(1|2|3|4|5|6|10|12|15|20|30)m|(1|2|3|4|6|8|12)h)$/,
  "an interval that divides a minute, an hour or a day evenly, such as 30s, 5m or 1h",
  (value) => (isSpan(value) && milliseconds(value) < 5_000 ? "5s is the least" : undefined),
);

function isSpan(value: string): value is Duration {
  return /^[1-9]\d*(ms|s|m|h)$/.test(value);
}

function spanAdvice(value: string, least: Duration, most: Duration, why: string): string | undefined {
  const [, days] = /^(\d+)d$/.exec(value) ?? [];
  if (days !== undefined) return `write ${Number(days) * 24}h`;
  if (/^\d+$/.test(value)) return `add the unit, such as ${value}s`;
  if (!isSpan(value)) return undefined;
  if (milliseconds(value) < milliseconds(least)) return `${least} is the least`;
  return milliseconds(value) > milliseconds(most) ? `${most} is the most${why}` : undefined;
}

export const port = whole(1, 65_535, "a port from 1 to 65535");
/** How many of something are kept; `most` is what ten years come to. */
export function kept(most: number): z.ZodNumber {
  return whole(1, most, `a whole number from 1 to ${most}`);
}
export const sizeGiB = whole(1, 65_536, "a whole number of GiB from 1 to 65536");
export const replicas = whole(1, 50, "a number of replicas from 1 to 50");
export const cpus = fraction(0.05, 256, "a number of CPUs such as 0.5 or 2");
/** A DNS name or an IPv4 address, of one machine, in the one form that every tool reads alike. */
export const hostname = text<string>(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
  "a host name or an IPv4 address",
  address.hostAdvice,
);
export const userName = text<string>(/^[a-z_][a-z0-9_-]{0,31}$/, "a user name such as root", (value) =>
  value !== value.toLowerCase() ? `users have no upper case; write ${value.toLowerCase()}` : undefined,
);
/** A public key in the form of authorized_keys, without a host's name before it. ECDSA is none: the baseline's sshd stops to offer it. */
export const hostKey = text<string>(
  /^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]{40,}={0,2}( [^\r\n]*)?$/,
  'a public host key such as "ssh-ed25519 AAAA…" (ssh-keyscan prints it after the address)',
  hostKeyAdvice,
);
export const path = text<string>(/^[^\s\0][^\0\n]*$/, "a path", pathAdvice);
/** A block device, by its one path below /dev. */
export const device = text<string>(
  /^\/dev\/[A-Za-z0-9._:+@=-]+(\/[A-Za-z0-9._:+@=-]+)*$/,
  "a device such as /dev/disk/by-id/…",
  deviceAdvice,
);
/** A registry's or a server's address with its port. */
export const registry = text<string>(
  /^[a-z0-9.-]+:\d{1,5}$/,
  "an address with a port such as 10.0.0.4:5000",
  address.hostPortAdvice,
);
/** A time of the day in UTC. */
export const dayTime = text<string>(
  /^([01]\d|2[0-3]):[0-5]\d$/,
  'a time of the day in UTC such as "02:10"',
  (value) => (/^\d:\d\d$/.test(value) ? `write "0${value}"` : undefined),
);
export const endpoint = text<string>(
  /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/,
  "an address such as https://s3.example.com, without a path",
  address.endpointAdvice,
);
export const bucket = text<string>(
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  "a bucket's name of 3 to 63 letters, digits, dots and dashes",
  bucketAdvice,
);
export const keyPrefix = text<string>(
  /^([A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*)?$/,
  "a key prefix without slashes at its ends, or nothing",
  keyPrefixAdvice,
);
export const region = text<string>(
  /^(?=.{2,32}$)[a-z0-9]+(-[a-z0-9]+)*$/,
  "a region such as auto or us-east-1",
  (value) => (/[A-Z]/.test(value) ? `write it in lower case: ${value.toLowerCase()}` : undefined),
);
/** One or more certificates; a key beside them would lie there in plain text. */
export const certificates = text<string>(
  /^\s*(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\s*)+$/,
  "certificates in PEM (-----BEGIN CERTIFICATE-----…) and nothing else",
);
/** To whom a stack's file is sealed: public. */
export const recipient = text<string>(
  recipientForm,
  "a recovery kit's recipient, age1… of 62 characters",
  recipientAdvice,
);
/** Part of a sentence, on one line. */
export const reason = text<string>(/^[^\0-\x1f\x7f-\x9f]{3,200}$/, "a reason in a few words");
export const mailAddress = text<string>(
  /^[A-Za-z0-9._%+-]+@[a-z0-9.-]+$/,
  "a mail address such as ops@example.com",
  address.mailAdvice,
);
/** A folder of pages. It is written into templates and messages as it is. */
export const page = text<string>(
  /^https?:\/\/[A-Za-z0-9._~:@/%+-]*[A-Za-z0-9._~%+-]$/,
  "an address such as https://docs.example.com/runbooks, without a slash at its end",
  address.urlAdvice,
);
/** A path in an address, and a query where there is one. */
export const urlPath = text<string>(/^\/[A-Za-z0-9._~/%?=&+:@-]*$/, "a path such as /api/health", (value) =>
  /^[a-z]+:\/\//.test(value) ? "write what stands behind the name and the port" : undefined,
);
/** What requests' paths begin with: of a query, or of a path that clients and the edge write in another way, nothing would ever arrive. */
export const routePath = text<string>(/^\/[A-Za-z0-9._~/%=&+:@-]*$/, "a path such as /api", (value) => {
  if (/^[a-z]+:\/\//.test(value)) return "write what stands behind the name and the port";
  if (value.includes("?")) return "a route goes by the path alone; write it without a query";
  return /\/\/|\/\.\.?(\/|$)/.test(value)
    ? "write it without empty parts and without . and .. between slashes"
    : undefined;
});
/** The same with placeholders such as `{id}`. */
export const templatePath = text<string>(
  /^\/[A-Za-z0-9._~/%?=&+:@{}-]*$/,
  "a path such as /api/items/{id}",
  (value) => (/^[a-z]+:\/\//.test(value) ? "write what stands behind the name and the port" : undefined),
);
export const headerName = text<string>(/^[a-z][a-z0-9-]{0,62}$/, "a header such as x-signature", (value) =>
  value !== value.toLowerCase() ? `write it in lower case: ${value.toLowerCase()}` : undefined,
);
/** A place in an answer. */
export const jsonPath = text<string>(
  /^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[\d{1,6}\])*$/,
  "a place in an answer such as $.id or $.items[0].name; $ is the whole",
);
export const metricName = text<string>(
  /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/,
  "a metric's name such as http_request_duration_seconds",
);
export const metricLabel = text<string>(
  /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/,
  "a label's name such as status_code",
);
export const status = whole(100, 599, "a status such as 200");
export const checkName = text<string>(
  /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
  "a name of lower-case letters, digits and dashes, a letter first, 32 at most",
);
export const readName = checkName;
/** A program and its arguments, none of them taken apart by a shell. */
export const words = z
  .array(text<string>(/^[^\0]*$/, "a text without a byte of zero"), {
    error: "expected a list such as [node, dist/main.js]",
  })
  .min(1, { error: "expected one word or more, such as [node, dist/main.js]" });
/** What something is for. */
export const sentence = text<string>(/^[^\0-\x1f\x7f-\x9f]{3,400}$/, "a sentence");
export const imageKey = text<string>(
  /^[a-z0-9][a-z0-9._-]{0,62}$/,
  "a key of the image lock, such as api",
  (value) => (/[/:@]/.test(value) ? "write its key; the reference stands in the image lock" : undefined),
);
export const numericUser = text<string>(
  /^\d{1,10}:\d{1,10}$/,
  "a user and a group by number, such as 1000:1000",
  (value) => (/^\d+$/.test(value) ? `add the group: ${value}:${value}` : undefined),
);
export const variable = text<string>(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable's name such as DATABASE_URL");
/** A value that may name facts of the platform. */
export const templateText = text<string>(/^[^\0]*$/, "a text in quotes");
export const secretFile = text<string>(
  /^[a-z0-9][a-z0-9._-]{0,62}$/,
  "a file's name such as mongo-password",
  (value) => (value === "environment" ? "secretEnv lies there; choose another" : undefined),
);
export const secretKey = text<string>(
  /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/,
  "a key of two words or more such as jwt-secret",
);
export const absolutePath = text<string>(
  /^\/[^\0\n]*[^\0\n/]$/,
  "a whole path in the container such as /etc/app/config.json",
  (value) => (/(^|\/)\.\.?(\/|$)/.test(value) ? "write it without . and .. between slashes" : undefined),
);
/** Whole, and nothing that a task has of the kernel's or the platform's own: their files would be hidden. */
export const scratchPath = text<string>(
  /^\/(?!(proc|sys|run\/secrets|etc\/kaleem|dev(?!\/shm$))(\/|$))(?!.*(^|\/)\.\.?(\/|$))[^\0\n]*[^\0\n/]$/,
  "a whole path in the container such as /tmp, none in /proc, /sys, /dev, /run/secrets or /etc/kaleem",
);
/** Also its DNS name. */
export const applicationName = text<string>(
  /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
  "a name of lower-case letters, digits and dashes, a letter first, 32 at most",
);
/** One name or more. */
function list(of: z.ZodType<string, string>, expectation: string, least = 1) {
  const error = `expected ${expectation}`;
  return z.array(of, { error }).min(least, { error });
}
export const databases = list(
  text<string>(/^(\*|[^\0/\\. "$*<>:|?]{1,63})$/, "a database's name, or *", (value) =>
    ["admin", "config", "local", "recovery"].includes(value)
      ? "that one is the server's or the platform's own"
      : undefined,
  ),
  "a list of databases such as [kaleem]",
);
export const patterns = list(
  text<string>(/^[\x21-\x7e]{1,200}$/, "a pattern such as session:*, without spaces"),
  'a list of patterns such as ["session:*"]',
  0,
);
export const vhost = text<string>(/^[^\0-\x1f]{1,200}$/, "a virtual host's name such as /");
/** A regular expression on names. */
export const pattern = text<string>(
  /^[^\0-\x1f]{0,500}$/,
  "a pattern of names such as ^mails$, or .* for all",
  (value) => {
    try {
      new RegExp(value);
      return undefined;
    } catch {
      return "it is no regular expression: a bracket is not closed, or the like";
    }
  },
);
export const buckets = list(bucket, "a list of buckets such as [uploads]");
export const flag = z.boolean({ error: "expected true or false" }).meta({ title: "true or false" });

/** Forms that a secret may have. No message ever shows the value. */
export const secretForms = {
  /** Safe in every place that it has to go to: command-free files, connection strings, redis.conf. */
  password: text<string>(/^[A-Za-z0-9._~!@%^*+=:-]{16,256}$/, "16 or more letters, digits or ._~!@%^*+=:-"),
  keyfile: text<string>(
    /^[A-Za-z0-9+/]{6,1022}={0,2}$/,
    "6 to 1024 characters of base64 (openssl rand -base64 756 | tr -d '\\n')",
  ),
  /** Text of several lines; `pulumi config set` takes it on standard input. */
  privateKey: text<string>(
    /^-----BEGIN ((EC|RSA) )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+-----END ((EC|RSA) )?PRIVATE KEY-----\s*$/,
    "a private key in PEM, without a passphrase",
  ),
  /** Anything that an environment variable can hold. */
  text: text<string>(/^[^\0]{1,65536}$/, "any text without a byte of zero"),
  url: text<string>(
    /^https?:\/\/[\x21-\x7e]{3,1024}$/,
    "an address such as https://hooks.example.com/…",
    address.urlAdvice,
  ),
  credential: text<string>(/^[\x21-\x7e]{3,256}$/, "3 or more printable characters without spaces"),
  /**
   * One half of an S3 key pair. It reaches programs by a file in INI's form, where other characters (`#`, `;`, quotes, `%`, `\`)
   * mean something, and some programs know no way to write them. No service issues keys with any of these.
   */
  accessKey: text<string>(
    /^[A-Za-z0-9/+=._~:@-]{3,256}$/,
    "a key of letters, digits or /+=._~:@- as S3 services issue them; one with other characters has to be replaced there",
  ),
} as const;
export type SecretForm = keyof typeof secretForms;

/** Which restic a machine runs. */
export const resticSource = z
  .enum(resticSources, { error: `expected ${resticSources.join(", ")}` })
  .meta({ title: resticSources.join(", ") });

/** Where a machine gets its images. */
export const imageSource = z
  .enum(["registries", "offsite"], { error: "expected registries or offsite" })
  .meta({ title: "registries or offsite" });
