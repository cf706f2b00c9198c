import { quote } from "../../components/text/shell.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** A bucket of one's own for the engine's state. */
export interface StateBucket {
  readonly bucket: string;
  /** Of a service other than Amazon's, such as `https://ACCOUNT.r2.cloudflarestorage.com`; null for Amazon S3. */
  readonly endpoint: string | null;
  readonly region: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
}

/** What was given on the command line. */
export interface GivenBucket {
  readonly s3: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly prefix?: string;
}

/**
 * The bucket that a command line means. R2 knows the region `auto` alone; other services than Amazon's look at the region only
 * for the signature, which is why one may be left out.
 * @throws RecoveryError `usage` naming everything that is wrong
 */
export function stateBucket({ s3: bucket, endpoint, region, prefix = "" }: GivenBucket): StateBucket {
  const address = endpoint === undefined ? null : readEndpoint(endpoint);
  const known = region ?? (address instanceof URL ? regionOf(address.hostname) : null);
  const wrong = [
    ...(/^[a-z0-9](?:[a-z0-9.-]{1,61}[a-z0-9])$/.test(bucket)
      ? []
      : [
          `--s3: expected a bucket's name (lower-case letters, digits, dots and hyphens, 3 to 63), got ${JSON.stringify(bucket)}`,
        ]),
    ...(typeof address === "string" ? [address] : []),
    ...(known === null && address === null
      ? ["--region: missing; Amazon S3 has no endpoint to tell it from"]
      : []),
    ...(known === null || /^[a-z0-9-]+$/.test(known)
      ? []
      : [`--region: expected a region such as eu-central-1, got ${JSON.stringify(known)}`]),
    ...(prefix === "" || isPath(prefix)
      ? []
      : [
          `--prefix: expected names joined by single slashes, such as kaleem/state, got ${JSON.stringify(prefix)}`,
        ]),
  ];
  if (wrong.length > 0) throw new RecoveryError(exitCodes.usage, wrong.join("\n"));
  return { bucket, endpoint: address instanceof URL ? address.origin : null, region: known ?? "", prefix };
}

/**
 * The bucket as the engine's backend. The same bucket always gives the same text, since a host knows the state that manages it by
 * that. Keys are never in it: the engine takes them from the environment. Pure.
 */
export function backendUrlOf({ bucket, endpoint, region, prefix }: StateBucket): string {
  // A third party's buckets are no names of hosts, so they are asked for by path. What R2 and others want of checksums the engine
  // sets by itself wherever an endpoint is given.
  const own = endpoint === null ? [] : [`endpoint=${endpoint}`, "s3ForcePathStyle=true"];
  const query = [`region=${region}`, ...own].join("&");
  return `s3://${[bucket, ...(prefix === "" ? [] : [prefix])].join("/")}?${query}`;
}

/** The line that chooses a backend for every project of this user. Pure. */
export function loginLine(url: string): string {
  return `pulumi login ${quote(url)}`;
}

/** The address, or what is wrong with it. */
function readEndpoint(text: string): URL | string {
  const url = URL.parse(text);
  const why = "--endpoint: expected https://HOST of the service, without the bucket and without keys";
  // Not quoted: whoever puts keys into an address would find them in a log.
  if (url !== null && (url.username !== "" || url.password !== "")) return `${why}; it holds keys`;
  const plain = url !== null && url.pathname === "/" && url.search === "" && url.hash === "";
  if (url === null || !plain || !/^https?:$/.test(url.protocol)) return `${why}, got ${JSON.stringify(text)}`;
  return url;
}

function regionOf(host: string): string {
  if (host.endsWith(".r2.cloudflarestorage.com")) return "auto";
  return /^s3[.-]([a-z0-9-]+)\.amazonaws\.com$/.exec(host)?.[1] ?? "us-east-1";
}

function isPath(prefix: string): boolean {
  return prefix.split("/").every((name) => /^[A-Za-z0-9._-]+$/.test(name) && !/^\.+$/.test(name));
}
