import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** An answer that is no success: status and body, and how far this host's clock is from the bucket's. */
export interface BadAnswer {
  readonly status: number;
  readonly body: string;
  /** Seconds by which the bucket's clock is ahead of this host's; null when the answer has no date. */
  readonly clockAheadSeconds: number | null;
}

/** What was asked, in the words of a sentence; `conditional` for a write that may happen only under a condition. */
export type Asked = "read" | "write" | "conditional write" | "delete" | "list";

/** A refused or failed request in one sentence that says what to do. Pure. */
export function bucketRefusal(
  { endpoint, bucket }: { readonly endpoint: string; readonly bucket: string },
  asked: Asked,
  key: string,
  answer: BadAnswer,
): RecoveryError {
  const { status, body } = answer;
  const what = asked === "conditional write" ? "write" : asked;
  const where = `The off-site bucket ${bucket} at ${endpoint}`;
  const code = errorCode(body);
  const told = code === undefined ? String(status) : `${status} ${code}`;
  const refused = (sentence: string): RecoveryError => new RecoveryError(exitCodes.offsiteRefused, sentence);
  if (code === "NoSuchBucket") {
    return refused(
      `There is no bucket ${bucket} at ${endpoint}: create it, or correct offsite.bucket in the stack file.`,
    );
  }
  if (code === "RequestTimeTooSkewed") {
    return refused(
      `${where} refuses to ${what} ${key} (${told}): this host's clock is ${skew(answer)}. Set the clock of this host; see \`timedatectl\`.`,
    );
  }
  if (isLocked(answer)) {
    return new RecoveryError(
      exitCodes.objectLocked,
      `${where} refuses to ${what} ${key} (${told}): its lock holds that object. lineage/, catalogue/, restic/index/ and restic/locks/ must be free of locks; what is written once may be held (docs/offsite.md).`,
    );
  }
  if (status === 401 || status === 403) {
    return refused(
      `${where} refuses to ${what} ${key} (${told}): check the offsite key pair and its rights.`,
    );
  }
  if (asked === "conditional write" && isUnknownCondition(answer)) {
    return refused(
      `${where} refuses a conditional write of ${key} (${told}): this service does not know If-None-Match and If-Match on a PUT, without which two hosts could write at once. Use one that does, such as Amazon S3, Cloudflare R2 or MinIO.`,
    );
  }
  if (status >= 500 || status === 429 || status === 408) {
    return new RecoveryError(
      exitCodes.offsiteUnreachable,
      `${where} failed to ${what} ${key} (${told}): try again later.`,
    );
  }
  return refused(`${where}: ${what} ${key} got ${status} ${code ?? body.slice(0, 200)}.`);
}

/** The `<Code>` of an S3 error. */
export function errorCode(body: string): string | undefined {
  return /<Code>([^<]+)<\/Code>/.exec(body)?.[1];
}

/** Whether a lock or a retention rule of the bucket holds the object. */
export function isLocked({ body }: Pick<BadAnswer, "body">): boolean {
  return /ObjectLockedByBucketPolicy|protected by object lock|WORM protected|RetentionPolicyNotMet/i.test(
    body,
  );
}

/** How services say that they do not know a condition; other 400s are about something else, such as the region. */
export function isUnknownCondition({ status, body }: Pick<BadAnswer, "status" | "body">): boolean {
  if (status === 501) return true;
  const code = errorCode(body) ?? "";
  return status === 400 && /^(NotImplemented|NotSupported|Invalid(Request|Argument|Header))$/.test(code);
}

function skew({ clockAheadSeconds }: BadAnswer): string {
  if (clockAheadSeconds === null) return "too far from the bucket's";
  const seconds = Math.abs(Math.round(clockAheadSeconds));
  return `${seconds} s ${clockAheadSeconds > 0 ? "behind" : "ahead of"} the bucket's`;
}

/** Whether an answer is a success. */
export function isOk({ status }: Pick<BadAnswer, "status">): boolean {
  return status >= 200 && status < 300;
}
