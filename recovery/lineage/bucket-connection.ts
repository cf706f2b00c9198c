import { setTimeout as delay } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { causeSentenceOf } from "../../contract/sentence-of.ts";
import type { BadAnswer } from "./bucket-refusal.ts";
import type { OffsiteCredentials } from "../../contract/offsite-credentials.ts";

/** Where the off-site bucket is: the `offsite` block of the configuration. */
export interface BucketLocation {
  readonly endpoint: string;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly region: string;
}

/** One answer, whatever it says. */
export interface BucketAnswer extends BadAnswer {
  readonly etag: string | null;
}

/** What one request carries beside its method and key. */
export interface RequestParts {
  readonly body?: string | Buffer<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
}

/** How often one request is tried while the service says that it is out of order. */
export const tries = 3;
const firstWaitMs = 100;
/** R2 takes one write a second to one key. */
const slowDownMs = 1_100;

/**
 * Signed requests to a bucket, below its prefix: each of them ends in time, and tells what the service's clock says. What an
 * answer means is its caller's business.
 */
export class BucketConnection {
  readonly location: BucketLocation;
  /** The access key's id: whose rights and, with most services, whose bucket it is. Not a secret. */
  readonly account: string;
  readonly #client: AwsClient;
  readonly #timeoutMs: number;
  #clock: { readonly aheadMs: number; readonly roundTripMs: number } | null = null;

  /** @param timeoutMs Limit for one request, to which the time for its bytes is added. */
  constructor(location: BucketLocation, credentials: OffsiteCredentials, timeoutMs: number) {
    this.location = location;
    this.account = credentials.accessKeyId;
    this.#timeoutMs = timeoutMs;
    // The client would repeat a write that was stored but answered 500, and get 412 for it.
    this.#client = new AwsClient({ ...credentials, service: "s3", region: location.region, retries: 0 });
  }

  /** Milliseconds by which the bucket's clock is ahead of this host's; null before the first answer with a `Date`. */
  get clockAheadMs(): number | null {
    return this.#clock?.aheadMs ?? null;
  }

  /** A key below the bucket's prefix, from the bucket's root. */
  below(key: string): string {
    const { prefix } = this.location;
    return prefix === "" ? key : `${prefix}/${key}`;
  }

  /** One request that may be done twice, and is while the service says that it is out of order. */
  async repeated(method: string, key: string, init: RequestParts = {}): Promise<BucketAnswer> {
    for (let count = 1; ; count += 1) {
      const answer = await this.request(method, key, init);
      const passing = (answer.status >= 500 && answer.status !== 501) || answer.status === 429;
      if (!passing || count === tries) return answer;
      await pauseBefore(count + 1, answer.status);
    }
  }

  /** One request, done once. @throws RecoveryError `offsiteUnreachable` when nothing answers */
  async request(method: string, key: string, init: RequestParts = {}): Promise<BucketAnswer> {
    const bytes = typeof init.body === "string" ? 0 : (init.body?.length ?? 0);
    // A pack goes over a slow link too: 64 kbit/s is the least.
    const timeoutMs = this.#timeoutMs + Math.ceil(bytes / 8);
    const { response, body, clockAheadSeconds } = await this.fetched(method, key, init, timeoutMs);
    const text = body.toString("utf8");
    return { status: response.status, body: text, etag: response.headers.get("etag"), clockAheadSeconds };
  }

  /** The same in bytes. */
  async fetched(
    method: string,
    key: string,
    { query, ...init }: RequestParts,
    timeoutMs: number,
  ): Promise<{ response: Response; body: Buffer<ArrayBuffer>; clockAheadSeconds: number | null }> {
    const { endpoint, bucket } = this.location;
    // What is asked of the bucket itself has no key.
    const path = key === "" ? bucket : `${bucket}/${this.below(key)}`;
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

/** Waits before a request is tried for the `count`-th time; `status` is what it was answered, null for silence. */
export async function pauseBefore(count: number, status: number | null): Promise<void> {
  const firstMs = status === 429 ? slowDownMs : firstWaitMs * 2 ** (count - 2);
  await delay(firstMs * (1 + Math.random() / 2));
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "no answer in time";
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? causeSentenceOf(error);
}
