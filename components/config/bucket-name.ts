import { isIPv4 } from "node:net";
import type { Judge } from "./judged-text.ts";

/** Names that S3 keeps for itself. */
const reservedStarts = ["xn--", "sthree-", "amzn-s3-demo-"];
const reservedEnds = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/** What is wrong with a text that should be a bucket's name, by S3's rules; undefined when nothing is. */
export const bucketAdvice: Judge = (value) => {
  if (/^s3:\/\//i.test(value)) return "write the bucket's name alone, without s3://";
  if (value.includes("/")) return "write the bucket's name alone; what comes after it is the prefix";
  if (/[A-Z]/.test(value))
    return `buckets have no upper case; write ${value.toLowerCase()} if that is its name`;
  if (value.length < 3 || value.length > 63) return "a bucket's name has 3 to 63 characters";
  if (!/^[a-z0-9.-]*$/.test(value)) return "a bucket's name has letters, digits, dots and dashes";
  if (isIPv4(value) || /^(\d+\.){3}\d+$/.test(value))
    return "a bucket's name must not look like an IP address";
  if (value.split(".").some((part) => !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(part)))
    return "each part between dots starts and ends with a letter or a digit, and no two dots follow each other";
  const start = reservedStarts.find((each) => value.startsWith(each));
  if (start !== undefined) return `S3 keeps names that start with ${start} for itself`;
  const end = reservedEnds.find((each) => value.endsWith(each));
  return end === undefined ? undefined : `S3 keeps names that end with ${end} for itself`;
};

/** Cloudflare's R2 takes fewer names than S3 does; undefined for a bucket of any other service. */
export function bucketAtEndpointAdvice({
  endpoint,
  bucket,
}: {
  endpoint: string;
  bucket: string;
}): string | undefined {
  return /\.r2\.cloudflarestorage\.com(:\d+)?$/.test(endpoint) && bucket.includes(".")
    ? "R2 knows no bucket with a dot in its name"
    : undefined;
}

/** What is wrong with a text that should be a key prefix; undefined when nothing is. */
export const keyPrefixAdvice: Judge = (value) => {
  if (value.startsWith("/") || value.endsWith("/")) return `write ${value.replace(/^\/+|\/+$/g, "") || '""'}`;
  if (value.split("/").some((part) => part === "." || part === ".."))
    return "write it without . and .. between slashes";
  return value.length > 512 ? "a prefix has 512 characters at most, since keys have 1024" : undefined;
};
