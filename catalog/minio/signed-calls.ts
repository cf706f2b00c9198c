import { createHash } from "node:crypto";

/** One call; what is left out is a GET of nothing. */
export interface SignedCall {
  readonly method?: "GET" | "PUT" | "POST" | "DELETE";
  readonly body?: string | Buffer;
  /** Error codes that are as good as success, such as `NoSuchKey`; the answer is then null. */
  readonly accept?: readonly string[];
  /** @default 5000 */
  readonly timeoutMs?: number;
}

/** Makes one call to `path` (with its query) and gives the answer's text; null for an accepted error code. */
export type SignedCalls = (path: string, call?: SignedCall) => Promise<string | null>;

/** Who calls. */
export interface Signer {
  readonly endpoint: string;
  readonly user: string;
  readonly password: string;
}

/** The bytes of the answer to a GET of `path` (with its query), as they come. Gives up when nothing comes for some seconds. */
export type SignedDownload = (path: string) => AsyncIterable<Uint8Array>;

const silenceLimitMs = 30_000;

/**
 * Calls of S3 and of MinIO's admin API, signed by one user. Nothing is tried again: who waits for a store asks anew.
 * A refusal is an error with the server's own code, never with a secret.
 */
export async function signedCalls(signer: Signer): Promise<SignedCalls> {
  const client = await clientOf(signer);
  return async (path, { method = "GET", body = "", accept = [], timeoutMs = 5_000 } = {}) => {
    const response = await client.fetch(`${signer.endpoint}${path}`, {
      method,
      headers: { "x-amz-content-sha256": createHash("sha256").update(body).digest("hex") },
      // Node.js 18 refuses to send a DELETE with an empty body.
      ...(method === "GET" || (method === "DELETE" && body.length === 0)
        ? {}
        : { body: typeof body === "string" ? body : new Uint8Array(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.ok) return text;
    const code = errorCode(text) ?? `status ${response.status}`;
    if (accept.includes(code)) return null;
    throw refusal(method, path, signer, code);
  };
}

/** Downloads by one user, for answers that are no text or too large for the memory. */
export async function signedDownload(signer: Signer): Promise<SignedDownload> {
  const client = await clientOf(signer);
  const emptyHash = createHash("sha256").digest("hex");
  return async function* (path) {
    const silence = new AbortController();
    const giveUp = (): void => {
      silence.abort(
        new Error(`minio: GET ${path.replace(/\?.*/, "")}: nothing came for ${silenceLimitMs / 1_000} s`),
      );
    };
    let timer = setTimeout(giveUp, silenceLimitMs);
    try {
      const response = await client.fetch(`${signer.endpoint}${path}`, {
        headers: { "x-amz-content-sha256": emptyHash },
        signal: silence.signal,
      });
      if (!response.ok) {
        const code = errorCode(await response.text()) ?? `status ${response.status}`;
        throw refusal("GET", path, signer, code);
      }
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, silenceLimitMs);
        yield chunk;
      }
    } finally {
      clearTimeout(timer);
    }
  };
}

async function clientOf({ user, password }: Signer) {
  const { AwsClient } = await import("aws4fetch");
  return new AwsClient({
    accessKeyId: user,
    secretAccessKey: password,
    service: "s3",
    region: "us-east-1",
    retries: 0,
  });
}

function refusal(method: string, path: string, { user }: Signer, code: string): Error {
  return new Error(`minio: ${method} ${path.replace(/\?.*/, "")} as ${user}: ${code}`);
}

/** S3 answers in XML, the admin API in JSON. */
function errorCode(text: string): string | undefined {
  return (/<Code>([^<]+)<\/Code>/.exec(text) ?? /"Code":\s*"([^"]+)"/.exec(text))?.[1];
}
