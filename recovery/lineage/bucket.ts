import type { RecoveryError } from "../../contract/exit-codes.ts";
import {
  BucketConnection,
  pauseBefore,
  tries,
  type BucketAnswer,
  type BucketLocation,
} from "./bucket-connection.ts";
import { parseObjectPage, type ListedObject } from "./bucket-listing.ts";
import { bucketRefusal, isOk, type Asked, type BadAnswer } from "./bucket-refusal.ts";
import {
  writeUnderCondition,
  type StoredObject,
  type WriteCondition,
  type WriteOutcome,
} from "./conditional-write.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";

export type { BucketAnswer, BucketLocation } from "./bucket-connection.ts";
export type { StoredObject, WriteCondition, WriteOutcome } from "./conditional-write.ts";

/** For a whole pack of at most 128 MiB, over a link of 1 Mbit/s. */
const downloadStallMs = 20 * 60_000;

/**
 * Small objects in the off-site bucket, below its prefix. Fails fast and in sentences: restic, asked the same of a dead
 * endpoint, retries for 15 minutes. The `body` of a conditional write must be one of a kind, by a nonce in it.
 */
export class Bucket {
  readonly #connection: BucketConnection;
  /** @param timeoutMs Limit for one request. @default 10000 */
  constructor(location: BucketLocation, credentials: OffsiteCredentials, timeoutMs = 10_000) {
    this.#connection = new BucketConnection(location, credentials, timeoutMs);
  }

  get location(): BucketLocation {
    return this.#connection.location;
  }

  /** The access key's id: whose rights and, with most services, whose bucket it is. Not a secret. */
  get account(): string {
    return this.#connection.account;
  }

  /**
   * Milliseconds by which the bucket's clock is ahead of this host's, by the `Date` of the answers so far; null before
   * the first. Right to about a second, the header's unit.
   */
  get clockAheadMs(): number | null {
    return this.#connection.clockAheadMs;
  }

  /** What is under `key`, or null. */
  async get(key: string): Promise<StoredObject | null> {
    const answer = await this.#connection.repeated("GET", key);
    if (answer.status === 404 && !answer.body.includes("NoSuchBucket")) return null;
    if (!isOk(answer)) throw this.#refusal("read", key, answer);
    if (answer.etag === null) throw this.#refusal("read", key, { ...answer, body: "the answer has no ETag" });
    return { body: answer.body, etag: answer.etag };
  }

  /** Writes under a condition; false when the condition does not hold and nothing was written. */
  async put(key: string, body: string, contentType: string, condition: WriteCondition): Promise<boolean> {
    return (await this.write(key, body, contentType, condition)).written;
  }

  /**
   * Writes under a condition, and says what stands there when it lost.
   * @throws RecoveryError `offsiteUnreachable` when it stays in doubt whether it was written: the next run finds out.
   */
  async write(
    key: string,
    body: string,
    contentType: string,
    condition: WriteCondition,
  ): Promise<WriteOutcome> {
    if (!("always" in condition))
      return writeUnderCondition({
        location: this.location,
        key,
        body,
        condition,
        attempt: () => this.attempt(key, body, contentType, condition),
        get: () => this.get(key),
      });
    const headers = { "content-type": contentType };
    const answer = await this.#connection.repeated("PUT", key, { body, headers });
    if (!isOk(answer)) throw this.#refusal("write", key, answer);
    return { written: true };
  }

  /** One write, not repeated and not settled: what the service answers. @throws RecoveryError when it does not. */
  async attempt(
    key: string,
    body: string,
    contentType: string,
    condition: WriteCondition,
  ): Promise<BucketAnswer> {
    const headers: Record<string, string> = { "content-type": contentType };
    if ("ifAbsent" in condition) headers["if-none-match"] = "*";
    if ("ifMatch" in condition) headers["if-match"] = condition.ifMatch;
    return this.#connection.request("PUT", key, { body, headers });
  }

  /** The bytes under `key`; null when nothing is there. For whole packs too, over a slow link. */
  async read(key: string): Promise<Buffer<ArrayBuffer> | null> {
    for (let count = 1; ; count += 1) {
      const { response, body } = await this.#connection.fetched("GET", key, {}, downloadStallMs);
      const { status } = response;
      if (status === 404 && !body.includes("NoSuchBucket")) return null;
      if (isOk({ status })) return body;
      const answer = { status, body: body.toString("utf8", 0, 2_000), clockAheadSeconds: null };
      if ((status < 500 && status !== 429) || count === tries) throw this.#refusal("read", key, answer);
      await pauseBefore(count + 1, status);
    }
  }

  /** Writes bytes; may be done twice. @throws RecoveryError `objectLocked` when a lock holds what is there */
  async store(key: string, body: Buffer<ArrayBuffer>): Promise<void> {
    const answer = await this.#connection.repeated("PUT", key, {
      body,
      headers: { "content-type": "application/octet-stream" },
    });
    if (!isOk(answer)) throw this.#refusal("write", key, answer);
  }

  /** Writes bytes over one version: whatever it answers, and not done twice. */
  async overwrite(key: string, body: Buffer<ArrayBuffer>, etag: string): Promise<BucketAnswer> {
    const headers = { "content-type": "application/octet-stream", "if-match": etag };
    return this.#connection.request("PUT", key, { body, headers });
  }

  /** One request about an object, or with an empty key about the bucket itself: whatever it answers. */
  async ask(
    method: "GET" | "PUT" | "DELETE",
    key: string,
    init: { readonly query?: Record<string, string>; readonly headers?: Record<string, string> } = {},
  ): Promise<BucketAnswer> {
    return this.#connection.repeated(method, key, init);
  }

  /** Every object whose key begins so, in the order of their keys. */
  async list(prefix: string): Promise<readonly ListedObject[]> {
    const found: ListedObject[] = [];
    for (let token: string | null = null; ;) {
      const query: Record<string, string> = {
        "list-type": "2",
        "encoding-type": "url",
        prefix: this.#connection.below(prefix),
        ...(token === null ? {} : { "continuation-token": token }),
      };
      const answer = await this.#connection.repeated("GET", "", { query });
      if (!isOk(answer)) throw this.#refusal("list", `${prefix}*`, answer);
      const page = this.#understood(() => parseObjectPage(answer.body), prefix, answer);
      const cut = this.#connection.below("").length;
      found.push(...page.objects.map((object) => ({ ...object, key: object.key.slice(cut) })));
      token = page.next;
      if (token === null) return found;
    }
  }

  #understood<T>(parse: () => T, prefix: string, answer: BucketAnswer): T {
    try {
      return parse();
    } catch {
      throw this.#refusal("list", `${prefix}*`, answer);
    }
  }

  /** Removes an object; well when there is none. */
  async delete(key: string): Promise<void> {
    const answer = await this.#connection.repeated("DELETE", key);
    const gone = answer.status === 404 && !answer.body.includes("NoSuchBucket");
    if (!isOk(answer) && !gone) throw this.#refusal("delete", key, answer);
  }

  /** The sentence for an answer of `attempt` that is no success. */
  refusal(key: string, answer: BucketAnswer): RecoveryError {
    return this.#refusal("conditional write", key, answer);
  }

  #refusal(asked: Asked, key: string, answer: BadAnswer): RecoveryError {
    return bucketRefusal(this.location, asked, key, answer);
  }
}
