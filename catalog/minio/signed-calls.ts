import { createHash } from "node:crypto";

/** One call; what is left out is a GET of nothing. */
export interface SignedCall {
  readonly method?: "GET" | "PUT" | "DELETE";
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

/**
 * Calls of S3 and of MinIO's admin API, signed by one user. Nothing is tried again: who waits for a store asks anew.
 * A refusal is an error with the server's own code, never with a secret.
 */
export async function signedCalls({ endpoint, user, password }: Signer): Promise<SignedCalls> {
  const { AwsClient } = await import("aws4fetch");
  const client = new AwsClient({
    accessKeyId: user,
    secretAccessKey: password,
    service: "s3",
    region: "us-east-1",
    retries: 0,
  });
  return async (path, { method = "GET", body = "", accept = [], timeoutMs = 5_000 } = {}) => {
    const response = await client.fetch(`${endpoint}${path}`, {
      method,
      headers: { "x-amz-content-sha256": createHash("sha256").update(body).digest("hex") },
      ...(method === "GET" ? {} : { body: typeof body === "string" ? body : new Uint8Array(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.ok) return text;
    const code = errorCode(text) ?? `status ${response.status}`;
    if (accept.includes(code)) return null;
    throw new Error(`minio: ${method} ${path.replace(/\?.*/, "")} as ${user}: ${code}`);
  };
}

/** S3 answers in XML, the admin API in JSON. */
function errorCode(text: string): string | undefined {
  return (/<Code>([^<]+)<\/Code>/.exec(text) ?? /"Code":\s*"([^"]+)"/.exec(text))?.[1];
}
