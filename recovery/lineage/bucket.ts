import { setTimeout as delay } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { causeSentenceOf } from "../../contract/sentence-of.ts";
import { parseObjectPage, type ListedObject } from "./bucket-listing.ts";
import { bucketRefusal, isLocked, type Asked, type BadAnswer } from "./bucket-refusal.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";

/** Where the off-site bucket is: the `offsite` block of the configuration. */
export interface BucketLocation {
  readonly endpoint: string;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
}

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

/** One answer, whatever it says. */
export interface BucketAnswer extends BadAnswer {
  readonly etag: string | null;
}

interface RequestParts {
  readonly body?: string | Buffer<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
}

/** For a whole pack of at most 128 MiB, over a link of 1 Mbit/s. */
const downloadStallMs = 20 * 60_000;
/** How often one request is tried while the service says that it is out of order. */
const tries = 3;
const firstWaitMs = 100;
/** R2 takes one write a second to one key. */
const slowDownMs = 1_100;

/**
 * Small objects in the off-site bucket, below its prefix. Fails fast and in sentences: restic, asked the same of a dead
 * endpoint, retries for 15 minutes.
 *
 * A conditional write is never repeated blindly: whatever leaves in doubt whether it happened (412 and 409 too, since a
 * proxy may have repeated it) is settled by reading again. So `body` must be one of a kind, by a nonce in it.
 */
export class Bucket {
  readonly location: BucketLocation;
  /** The access key's id: whose rights and, with most services, whose bucket it is. Not a secret. */
  readonly account: string;
  readonly #client: AwsClient;
  readonly #timeoutMs: number;
  #clock: { readonly aheadMs: number; readonly roundTripMs: number } | null = null;
  /** @param timeoutMs Limit for one request. @default 10000 */
  constructor(location: BucketLocation, credentials: OffsiteCredentials, timeoutMs = 10_000) {
    this.location = location;
    this.account = credentials.accessKeyId;
    this.#timeoutMs = timeoutMs;
    // The client would repeat a write that was stored but answered 500, and get 412 for it.
    this.#client = new AwsClient({ ...credentials, service: "s3", region: location.region, retries: 0 });
  }

  /**
   * Milliseconds by which the bucket's clock is ahead of this host's, by the `Date` of the answers so far; null before
   * the first. Right to about a second, the header's unit.
   */
  get clockAheadMs(): number | null {
    return this.#clock?.aheadMs ?? null;
  }

  /** What is under `key`, or null. */
  async get(key: string): Promise<StoredObject | null> {
    const answer = await this.#repeated(() => this.#request("GET", key));
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
    if ("always" in condition) {
      const answer = await this.#repeated(() => this.attempt(key, body, contentType, condition));
      if (isOk(answer)) return { written: true };
      throw this.#refusal("write", key, answer);
    }
    for (let count = 1; ; count += 1) {
      const answer = await this.#answerOrSilence(() => this.attempt(key, body, contentType, condition));
      if (!(answer instanceof RecoveryError)) {
        if (isOk(answer)) return { written: true };
        // A lock is looked at before the condition is: over an object that is there both say that nothing was written.
        if (!isInDoubt(answer, condition) || ("ifMatch" in condition && isLocked(answer)))
          throw this.#refusal("conditional write", key, answer);
      }
      const stands = await this.#readAgain(key, answer);
      if (stands?.body === body) return { written: true };
      if (!holds(condition, stands)) return { written: false, stands };
      if (count === tries) throw this.#gaveUp(key, answer);
      await pauseBefore(count + 1, answer);
    }
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
    return this.#request("PUT", key, { body, headers });
  }

  /** The bytes under `key`; null when nothing is there. For whole packs too, over a slow link. */
  async read(key: string): Promise<Buffer<ArrayBuffer> | null> {
    for (let count = 1; ; count += 1) {
      const { response, body } = await this.#fetched("GET", key, {}, downloadStallMs);
      const { status } = response;
      if (status === 404 && !body.includes("NoSuchBucket")) return null;
      if (isOk({ status })) return body;
      const answer = { status, body: body.toString("utf8", 0, 2_000), clockAheadSeconds: null };
      if ((status < 500 && status !== 429) || count === tries) throw this.#refusal("read", key, answer);
      await pauseBefore(count + 1, { ...answer, etag: null });
    }
  }

  /** Writes bytes; may be done twice. @throws RecoveryError `objectLocked` when a lock holds what is there */
  async store(key: string, body: Buffer<ArrayBuffer>): Promise<void> {
    const answer = await this.#repeated(() =>
      this.#request("PUT", key, { body, headers: { "content-type": "application/octet-stream" } }),
    );
    if (!isOk(answer)) throw this.#refusal("write", key, answer);
  }

  /** Writes bytes over one version: whatever it answers, and not done twice. */
  async overwrite(key: string, body: Buffer<ArrayBuffer>, etag: string): Promise<BucketAnswer> {
    const headers = { "content-type": "application/octet-stream", "if-match": etag };
    return this.#request("PUT", key, { body, headers });
  }

  /** One request about an object, or with an empty key about the bucket itself: whatever it answers. */
  async ask(
    method: "GET" | "PUT" | "DELETE",
    key: string,
    init: { readonly query?: Record<string, string>; readonly headers?: Record<string, string> } = {},
  ): Promise<BucketAnswer> {
    return this.#repeated(() => this.#request(method, key, init));
  }

  /** Every object whose key begins so, in the order of their keys. */
  async list(prefix: string): Promise<readonly ListedObject[]> {
    const found: ListedObject[] = [];
    for (let token: string | null = null; ;) {
      const query: Record<string, string> = {
        "list-type": "2",
        "encoding-type": "url",
        prefix: this.#below(prefix),
        ...(token === null ? {} : { "continuation-token": token }),
      };
      const answer = await this.#repeated(() => this.#request("GET", "", { query }));
      if (!isOk(answer)) throw this.#refusal("list", `${prefix}*`, answer);
      const page = this.#understood(() => parseObjectPage(answer.body), prefix, answer);
      const cut = this.#below("").length;
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

  /** A key below the bucket's prefix, from the bucket's root. */
  #below(key: string): string {
    const { prefix } = this.location;
    return prefix === "" ? key : `${prefix}/${key}`;
  }

  /** Removes an object; well when there is none. */
  async delete(key: string): Promise<void> {
    const answer = await this.#repeated(() => this.#request("DELETE", key));
    const gone = answer.status === 404 && !answer.body.includes("NoSuchBucket");
    if (!isOk(answer) && !gone) throw this.#refusal("delete", key, answer);
  }

  /** The sentence for an answer of `attempt` that is no success. */
  refusal(key: string, answer: BucketAnswer): RecoveryError {
    return this.#refusal("conditional write", key, answer);
  }

  /** For what may be done twice. */
  async #repeated(request: () => Promise<BucketAnswer>): Promise<BucketAnswer> {
    for (let count = 1; ; count += 1) {
      const answer = await request();
      const passing = (answer.status >= 500 && answer.status !== 501) || answer.status === 429;
      if (!passing || count === tries) return answer;
      await pauseBefore(count + 1, answer);
    }
  }

  async #answerOrSilence(request: () => Promise<BucketAnswer>): Promise<BucketAnswer | RecoveryError> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof RecoveryError) return error;
      throw error;
    }
  }

  async #readAgain(key: string, answer: BucketAnswer | RecoveryError): Promise<StoredObject | null> {
    try {
      return await this.get(key);
    } catch (error) {
      if (!(error instanceof RecoveryError)) throw error;
      const { endpoint, bucket } = this.location;
      const why = answer instanceof RecoveryError ? "no answer" : String(answer.status);
      throw new RecoveryError(
        exitCodes.offsiteUnreachable,
        `The off-site bucket ${bucket} at ${endpoint} did not say whether it wrote ${key} (${why}), and it cannot be read now: ${error.message} The next run finds out which it was.`,
        { cause: error },
      );
    }
  }

  #gaveUp(key: string, answer: BucketAnswer | RecoveryError): RecoveryError {
    if (answer instanceof RecoveryError) return answer;
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408)
      return this.#refusal("conditional write", key, answer);
    const { endpoint, bucket } = this.location;
    return new RecoveryError(
      exitCodes.offsiteRefused,
      `The off-site bucket ${bucket} at ${endpoint} answers ${answer.status} to a write of ${key} although its condition holds: its conditional writes do not work, or a proxy before it changes them. Ask the service, or use another one.`,
    );
  }

  #refusal(asked: Asked, key: string, answer: BadAnswer): RecoveryError {
    return bucketRefusal(this.location, asked, key, answer);
  }

  async #request(method: string, key: string, init: RequestParts = {}): Promise<BucketAnswer> {
    const bytes = typeof init.body === "string" ? 0 : (init.body?.length ?? 0);
    // A pack goes over a slow link too: 64 kbit/s is the least.
    const timeoutMs = this.#timeoutMs + Math.ceil(bytes / 8);
    const { response, body, clockAheadSeconds } = await this.#fetched(method, key, init, timeoutMs);
    const text = body.toString("utf8");
    return { status: response.status, body: text, etag: response.headers.get("etag"), clockAheadSeconds };
  }

  async #fetched(
    method: string,
    key: string,
    { query, ...init }: RequestParts,
    timeoutMs: number,
  ): Promise<{ response: Response; body: Buffer<ArrayBuffer>; clockAheadSeconds: number | null }> {
    const { endpoint, bucket } = this.location;
    // What is asked of the bucket itself has no key.
    const path = key === "" ? bucket : `${bucket}/${this.#below(key)}`;
    const asked = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
    const url = `${endpoint.replace(/\/+$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}${asked}`;
    const sent = Date.now();
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await this.#client.fetch(url, { ...init, method, signal });
      const clockAheadSeconds = this.#readClock(response.headers.get("date"), sent, Date.now());
      return { response, body: Buffer.from(await response.arrayBuffer()), clockAheadSeconds };
    } catch (error) {
      throw new RecoveryError(
        exitCodes.offsiteUnreachable,
        `The off-site bucket at ${endpoint} does not answer (${reasonOf(error)}): check the endpoint and the network.`,
        { cause: error },
      );
    }
  }

  /** The quickest answer says it best. Null for an answer without a date. */
  #readClock(date: string | null, sent: number, received: number): number | null {
    const told = date === null ? NaN : Date.parse(date);
    if (Number.isNaN(told)) return null;
    // The header is cut to the second: in the middle of it is the best guess.
    const aheadMs = Math.round(told + 500 - (sent + received) / 2);
    const roundTripMs = received - sent;
    if (this.#clock === null || roundTripMs <= this.#clock.roundTripMs)
      this.#clock = { aheadMs, roundTripMs };
    return aheadMs / 1000;
  }
}

function isOk({ status }: Pick<BadAnswer, "status">): boolean {
  return status >= 200 && status < 300;
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

async function pauseBefore(count: number, answer: BucketAnswer | RecoveryError): Promise<void> {
  const limited = !(answer instanceof RecoveryError) && answer.status === 429;
  await delay((limited ? slowDownMs : firstWaitMs * 2 ** (count - 2)) * (1 + Math.random() / 2));
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "no answer in time";
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? causeSentenceOf(error);
}
