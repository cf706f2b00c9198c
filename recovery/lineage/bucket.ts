import { AwsClient } from "aws4fetch";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import type { OffsiteCredentials } from "./offsite-credentials.ts";

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

/**
 * Small objects in the off-site bucket, below its prefix. Fails fast and in sentences: restic, asked the same of a dead
 * endpoint, retries for 15 minutes.
 */
export class Bucket {
  readonly #location: BucketLocation;
  readonly #client: AwsClient;
  readonly #timeoutMs: number;
  /** @param timeoutMs Limit for one request. @default 10000 */
  constructor(location: BucketLocation, credentials: OffsiteCredentials, timeoutMs = 10_000) {
    this.#location = location;
    this.#timeoutMs = timeoutMs;
    this.#client = new AwsClient({ ...credentials, service: "s3", region: location.region, retries: 2 });
  }

  /** What is under `key`, or null. */
  async get(key: string): Promise<StoredObject | null> {
    const response = await this.#fetch(key, { method: "GET" });
    const body = await response.text();
    if (response.status === 404 && !body.includes("NoSuchBucket")) return null;
    if (!response.ok) throw this.#refusal("read", key, response.status, body);
    const etag = response.headers.get("etag");
    if (etag === null) throw this.#refusal("read", key, response.status, "the answer has no ETag");
    return { body, etag };
  }

  /** Writes under a condition; false when the condition does not hold and nothing was written. */
  async put(key: string, body: string, contentType: string, condition: WriteCondition): Promise<boolean> {
    const headers: Record<string, string> = { "content-type": contentType };
    if ("ifAbsent" in condition) headers["if-none-match"] = "*";
    if ("ifMatch" in condition) headers["if-match"] = condition.ifMatch;
    const response = await this.#fetch(key, { method: "PUT", body, headers });
    const text = await response.text();
    if (response.ok) return true;
    // 409: another conditional write is under way. 404 on If-Match: the object has gone.
    const lost =
      response.status === 412 ||
      response.status === 409 ||
      (response.status === 404 && "ifMatch" in condition);
    if (lost && !text.includes("NoSuchBucket")) return false;
    throw this.#refusal("write", key, response.status, text);
  }

  async #fetch(
    key: string,
    init: { method: string; body?: string; headers?: Record<string, string> },
  ): Promise<Response> {
    const { endpoint, bucket, prefix } = this.#location;
    const path = [bucket, ...(prefix === "" ? [] : [prefix]), key].join("/");
    const url = `${endpoint.replace(/\/+$/, "")}/${path.split("/").map(encodeURIComponent).join("/")}`;
    try {
      return await this.#client.fetch(url, { ...init, signal: AbortSignal.timeout(this.#timeoutMs) });
    } catch (error) {
      throw new RecoveryError(
        exitCodes.offsiteUnreachable,
        `The off-site bucket at ${endpoint} does not answer (${reasonOf(error)}): check the endpoint and the network.`,
        { cause: error },
      );
    }
  }

  #refusal(what: "read" | "write", key: string, status: number, body: string): RecoveryError {
    const { endpoint, bucket } = this.#location;
    const code = /<Code>([^<]+)<\/Code>/.exec(body)?.[1];
    const refused = (sentence: string): RecoveryError =>
      new RecoveryError(exitCodes.offsiteRefused, sentence);
    if (code === "NoSuchBucket") {
      return refused(
        `There is no bucket ${bucket} at ${endpoint}: create it, or correct offsite.bucket in the stack file.`,
      );
    }
    if (status === 401 || status === 403) {
      const why = code === undefined ? String(status) : `${status} ${code}`;
      return refused(
        `The off-site bucket ${bucket} at ${endpoint} refuses to ${what} ${key} (${why}): check the offsite key pair and its rights.`,
      );
    }
    if (status >= 500) {
      return new RecoveryError(
        exitCodes.offsiteUnreachable,
        `The off-site bucket ${bucket} at ${endpoint} failed to ${what} ${key} (${status}${code === undefined ? "" : ` ${code}`}): try again later.`,
      );
    }
    return refused(
      `The off-site bucket ${bucket} at ${endpoint}: ${what} ${key} got ${status} ${code ?? body.slice(0, 200)}.`,
    );
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const { cause } = error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code ?? (cause instanceof Error ? cause.message : error.message);
}
