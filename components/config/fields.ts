import { z } from "zod";
import type { ByteSize, Duration } from "../../catalog/quantities.ts";

/**
 * A text that matches a pattern; `expectation` completes "expected …", and is the title under which editors and
 * docs/config.md show what to write.
 */
function text<T extends string>(pattern: RegExp, expectation: string): z.ZodType<T, T> {
  const error = `expected ${expectation}`;
  return z.string({ error }).regex(pattern, { error }).meta({ title: expectation }) as unknown as z.ZodType<
    T,
    T
  >;
}

function whole(min: number, max: number, expectation: string): z.ZodNumber {
  const error = `expected ${expectation}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ title: expectation });
}

function fraction(min: number, max: number, expectation: string): z.ZodNumber {
  const error = `expected ${expectation}`;
  return z.number({ error }).min(min, { error }).max(max, { error }).meta({ title: expectation });
}

/** A size with a binary unit. */
export const byteSize = text<ByteSize>(/^[1-9]\d*(KiB|MiB|GiB)$/, "a size such as 512MiB");
/** A span of time with its unit. */
export const duration = text<Duration>(/^[1-9]\d*(ms|s|m|h)$/, "a time such as 500ms, 30s or 5m");
/** A span that fits evenly into a minute, an hour or a day, so that a calendar timer can express it. */
export const interval = text<Duration>(
  /^((1|2|3|4|5|6|10|12|15|20|30)[sm]|(1|2|3|4|6|8|12)h)$/,
  "an interval that divides a minute, an hour or a day evenly, such as 30s, 5m or 1h",
);
export const port = whole(1, 65_535, "a port from 1 to 65535");
export const count = whole(1, 10_000, "a whole number from 1 to 10000");
export const sizeGiB = whole(1, 65_536, "a whole number of GiB, 1 or more");
export const replicas = whole(1, 50, "a number of replicas from 1 to 50");
export const cpus = fraction(0.05, 256, "a number of CPUs such as 0.5 or 2");
/** A DNS name or an IPv4 address. */
export const hostname = text<string>(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
  "a host name or an IPv4 address",
);
export const userName = text<string>(/^[a-z_][a-z0-9_-]{0,31}$/, "a user name such as root");
/** A public key in the form of authorized_keys, without a host's name before it. ECDSA is none: the baseline's sshd stops to offer it. */
export const hostKey = text<string>(
  /^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]{40,}={0,2}( .*)?$/,
  'a public host key such as "ssh-ed25519 AAAA…" (ssh-keyscan prints it after the address)',
);
export const path = text<string>(/^[^\s\0][^\0\n]*$/, "a path");
export const device = text<string>(/^\/dev\/[A-Za-z0-9._/-]+$/, "a device such as /dev/disk/by-id/…");
/** A registry's address with its port. */
export const registry = text<string>(/^[a-z0-9.-]+:\d{1,5}$/, "an address with a port such as 10.0.0.4:5000");
export const endpoint = text<string>(
  /^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/,
  "an address such as https://s3.example.com, without a path",
);
export const bucket = text<string>(
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  "a bucket's name of 3 to 63 letters, digits, dots and dashes",
);
export const keyPrefix = text<string>(
  /^([A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*)?$/,
  "a key prefix without slashes at its ends, or nothing",
);
export const region = text<string>(/^[a-z0-9-]{2,32}$/, "a region such as auto or us-east-1");
/** One or more certificates; a key beside them would lie there in plain text. */
export const certificates = text<string>(
  /^\s*(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\s*)+$/,
  "certificates in PEM (-----BEGIN CERTIFICATE-----…) and nothing else",
);
/** Part of a sentence, on one line. */
export const reason = text<string>(/^[^\n]{3,200}$/, "a reason in a few words");
export const mailAddress = text<string>(
  /^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$/,
  "a mail address such as ops@example.com",
);
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
  url: text<string>(/^https?:\/\/[\x21-\x7e]{3,1024}$/, "an address such as https://hooks.example.com/…"),
  credential: text<string>(/^[\x21-\x7e]{3,256}$/, "3 or more printable characters without spaces"),
} as const;
export type SecretForm = keyof typeof secretForms;
