import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { pauseBefore, tries, type BucketAnswer, type BucketLocation } from "./bucket-connection.ts";
import { bucketRefusal, isLocked, isOk, type BadAnswer } from "./bucket-refusal.ts";

/** An object and the tag that a later conditional write names. */
export interface StoredObject {
  readonly body: string;
  readonly etag: string;
}

/** When a write may happen: only if nothing is there, only over this version, or always. */
export type WriteCondition =
  { readonly ifAbsent: true } | { readonly ifMatch: string } | { readonly always: true };

/** How a write ended: ours stands there, or something else does (null: nothing), which was read after the write. */
export type WriteOutcome =
  { readonly written: true } | { readonly written: false; readonly stands: StoredObject | null };

/** One conditional write, and how to find out what became of it. */
export interface ConditionalWrite {
  readonly location: BucketLocation;
  readonly key: string;
  /** One of a kind, by a nonce in it: read again it says whose write came through. */
  readonly body: string;
  readonly condition: Exclude<WriteCondition, { readonly always: true }>;
  /** One write, not repeated. @throws RecoveryError when nothing answers */
  attempt(): Promise<BucketAnswer>;
  /** What is under the key now, or null. */
  get(): Promise<StoredObject | null>;
}

/**
 * Writes under a condition and never repeats it blindly: whatever leaves in doubt whether it happened (412 and 409 too, since
 * a proxy may have repeated it) is settled by reading again.
 * @throws RecoveryError `offsiteUnreachable` when it stays in doubt: the next run finds out.
 */
export async function writeUnderCondition(write: ConditionalWrite): Promise<WriteOutcome> {
  const { location, key, body, condition } = write;
  for (let count = 1; ; count += 1) {
    const answer = await answerOrSilence(write);
    if (!(answer instanceof RecoveryError)) {
      if (isOk(answer)) return { written: true };
      // A lock is looked at before the condition is: over an object that is there both say that nothing was written.
      if (!isInDoubt(answer, condition) || ("ifMatch" in condition && isLocked(answer)))
        throw bucketRefusal(location, "conditional write", key, answer);
    }
    const stands = await readAgain(write, answer);
    if (stands?.body === body) return { written: true };
    if (!holds(condition, stands)) return { written: false, stands };
    if (count === tries) throw gaveUp(write, answer);
    await pauseBefore(count + 1, answer instanceof RecoveryError ? null : answer.status);
  }
}

async function answerOrSilence(write: ConditionalWrite): Promise<BucketAnswer | RecoveryError> {
  try {
    return await write.attempt();
  } catch (error) {
    if (error instanceof RecoveryError) return error;
    throw error;
  }
}

async function readAgain(
  write: ConditionalWrite,
  answer: BucketAnswer | RecoveryError,
): Promise<StoredObject | null> {
  try {
    return await write.get();
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error;
    const { key, location } = write;
    const why = answer instanceof RecoveryError ? "no answer" : String(answer.status);
    throw new RecoveryError(
      exitCodes.offsiteUnreachable,
      `The off-site bucket ${location.bucket} at ${location.endpoint} did not say whether it wrote ${key} (${why}), and it cannot be read now: ${error.message} The next run finds out which it was.`,
      { cause: error },
    );
  }
}

function gaveUp({ location, key }: ConditionalWrite, answer: BucketAnswer | RecoveryError): RecoveryError {
  if (answer instanceof RecoveryError) return answer;
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408)
    return bucketRefusal(location, "conditional write", key, answer);
  return new RecoveryError(
    exitCodes.offsiteRefused,
    `The off-site bucket ${location.bucket} at ${location.endpoint} answers ${answer.status} to a write of ${key} although its condition holds: its conditional writes do not work, or a proxy before it changes them. Ask the service, or use another one.`,
  );
}

/** Whether the write may have happened, or may happen when it is tried again. 404 on If-Match: the object has gone. */
function isInDoubt({ status, body }: BadAnswer, condition: WriteCondition): boolean {
  if (body.includes("NoSuchBucket")) return false;
  if (status === 404) return "ifMatch" in condition;
  // 409: another conditional write is under way.
  return [408, 409, 412, 429].includes(status) || (status >= 500 && status !== 501);
}

function holds(condition: WriteCondition, stands: StoredObject | null): boolean {
  if ("ifMatch" in condition) return stands?.etag === condition.ifMatch;
  return stands === null;
}
