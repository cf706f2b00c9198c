import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { errorCode, isUnknownCondition } from "./bucket-refusal.ts";
import type { Bucket, BucketAnswer, WriteCondition } from "./bucket.ts";

/** Where the trial objects are: beside the head, below no lock. */
const folder = "lineage";
/** Writers at once; of a service that looks first and writes later, several win. */
const writersAtOnce = 4;
/** R2 takes one write a second to one key, and says 429 to more: not done, and no verdict. */
const slowDownMs = 1_100;
const slowDowns = 5;

/** What a trial left behind: null when it tidied up, else the key that the service would not remove. */
export interface ProbeResult {
  readonly left: readonly string[];
}

/**
 * Tries on the real bucket what the head relies on: a write that may happen only where nothing is (If-None-Match: *), only over one
 * version (If-Match), and once when several come at once. It can show that a service lacks this, and not prove that it always holds.
 * @throws RecoveryError `offsiteRefused`, with everything that is missing and what to do; `offsiteUnreachable` when it cannot be tried.
 */
export async function probeConditionalWrites(bucket: Bucket): Promise<ProbeResult> {
  const nonce = randomBytes(8).toString("hex");
  const probe = new Probe(bucket, `${folder}/probe-${nonce}`);
  const race = new Probe(bucket, `${folder}/probe-${nonce}-at-once`);
  let missing: readonly string[];
  try {
    missing = [...(await probe.oneAfterAnother()), ...(await race.atOnce())];
  } catch (error) {
    await Promise.allSettled([probe.remove(), race.remove()]);
    throw error;
  }
  const left = [...(await probe.remove()), ...(await race.remove())];
  if (missing.length === 0) return { left };
  const { endpoint, bucket: name } = bucket.location;
  throw new RecoveryError(
    exitCodes.offsiteRefused,
    `The off-site bucket ${name} at ${endpoint} does not do the conditional writes that keep two hosts from writing at once: ${missing.join("; ")}. ` +
      `Use a service that does, such as Amazon S3, Cloudflare R2 or MinIO, and correct offsite in the stack file.`,
  );
}

class Probe {
  readonly #bucket: Bucket;
  readonly #key: string;
  #count = 0;
  constructor(bucket: Bucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  async oneAfterAnother(): Promise<readonly string[]> {
    const first = await this.#write({ ifAbsent: true });
    const known = this.#judge(first, "If-None-Match: * where nothing is", "well");
    // Without an object there is nothing to try the rest on.
    if (known.length > 0) return known;
    const second = await this.#write({ ifAbsent: true });
    const stored = await this.#bucket.get(this.#key);
    const wrong = await this.#write({ ifMatch: '"00000000000000000000000000000000"' });
    const right = await this.#write({ ifMatch: (await this.#bucket.get(this.#key))?.etag ?? "" });
    return [
      ...this.#judge(second, "If-None-Match: * over an object", "lost"),
      ...(stored === null ? ["a read after a write finds nothing"] : []),
      ...this.#judge(wrong, "If-Match with another version's tag", "lost"),
      ...this.#judge(right, "If-Match with the present tag", "well"),
    ];
  }

  async atOnce(): Promise<readonly string[]> {
    const writers = Array.from({ length: writersAtOnce }, () => this.#write({ ifAbsent: true }));
    const answers = await Promise.all(writers);
    const won = answers.filter(isWell).length;
    // None is no fault of the service's: they may all have stood in each other's way (409).
    return won > 1 ? [`of ${writersAtOnce} writes at once with If-None-Match: * ${won} were stored`] : [];
  }

  /** The key, when the service keeps it. */
  async remove(): Promise<readonly string[]> {
    try {
      await this.#bucket.delete(this.#key);
      return [];
    } catch (error) {
      // A key pair that may not remove is a good one.
      if (error instanceof RecoveryError && error.exitCode === exitCodes.offsiteRefused) return [this.#key];
      throw error;
    }
  }

  async #write(condition: WriteCondition): Promise<BucketAnswer> {
    this.#count += 1;
    const body = `trial ${this.#count}\n`;
    for (let count = 1; ; count += 1) {
      const answer = await this.#bucket.attempt(this.#key, body, "text/plain", condition);
      const limited = answer.status === 429 || errorCode(answer.body) === "SlowDown";
      if (!limited || count === slowDowns) return answer;
      await delay(slowDownMs);
    }
  }

  /** What is missing by this answer. Throws what says nothing of conditional writes: rights, an outage. */
  #judge(answer: BucketAnswer, what: string, expected: "well" | "lost"): readonly string[] {
    const lost = answer.status === 412 || answer.status === 409;
    if (expected === "well" ? isWell(answer) : lost) return [];
    if (isWell(answer)) return [`${what} is ignored (${answer.status} where 412 must be)`];
    if (!lost && !isUnknownCondition(answer)) throw this.#bucket.refusal(this.#key, answer);
    const code = errorCode(answer.body);
    return [`${what} is refused (${answer.status}${code === undefined ? "" : ` ${code}`})`];
  }
}

function isWell({ status }: BucketAnswer): boolean {
  return status >= 200 && status < 300;
}
