import { createHash, createHmac } from "node:crypto";
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A key pair that signs. */
export interface TestKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What the server is asked, without its body. */
export interface TestRequest {
  readonly method: string;
  /** Below the bucket; empty for the bucket itself. */
  readonly key: string;
}

/** An answer in place of the right one; `hang` never answers. */
export type TestFault = { readonly status: number; readonly code: string } | "hang" | null;

export interface TestS3Options {
  readonly keys?: TestKeys;
  /** Bytes a second that all uploads share. @default unlimited */
  readonly uploadRate?: number;
  /** Certificate and key of TLS. @default plain HTTP */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/**
 * As much of S3 as restic asks, in memory: one bucket, signatures checked, conditional writes, uploads at a given rate, and
 * faults on demand. An upload that breaks off leaves nothing, as with any S3.
 */
export class TestS3 {
  readonly bucket = "kaleem-backup";
  readonly objects = new Map<string, Buffer>();
  /** Decides about each request before it is answered. */
  fault: (request: TestRequest) => TestFault = () => null;
  /** Bytes of uploads that have arrived, finished or not. */
  received = 0;
  uploadRate: number;
  readonly requests: TestRequest[] = [];
  readonly #keys: TestKeys;
  readonly #server: Server;
  readonly #secure: boolean;
  #nextByteAt = 0;

  private constructor({ keys, uploadRate, tls }: TestS3Options) {
    this.#keys = keys ?? { accessKeyId: "ID", secretAccessKey: "secret" };
    this.uploadRate = uploadRate ?? Infinity;
    this.#secure = tls !== undefined;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch(() => response.destroy());
    };
    // Small buffers, so that what the server has not read has not left the client for long.
    this.#server =
      tls === undefined
        ? createPlain({ highWaterMark: 16 * 1024 }, answer)
        : createSecure({ ...tls }, answer);
    this.#server.requestTimeout = 0;
  }

  static async start(options: TestS3Options = {}): Promise<TestS3> {
    const s3 = new TestS3(options);
    await new Promise<void>((resolve) => s3.#server.listen(0, "127.0.0.1", resolve));
    return s3;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `${this.#secure ? "https" : "http"}://127.0.0.1:${this.port}`;
  }

  /** Bytes of the objects whose key begins so. */
  stored(prefix: string): number {
    return [...this.objects]
      .filter(([key]) => key.startsWith(prefix))
      .reduce((sum, [, body]) => sum + body.length, 0);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://s3");
    const path = decodeURIComponent(url.pathname).split("/").slice(1);
    const key = path.slice(1).join("/");
    const method = request.method ?? "";
    this.requests.push({ method, key });
    const fault = this.fault({ method, key });
    if (fault === "hang") return;
    const body = method === "PUT" ? await this.#receive(request) : Buffer.alloc(0);
    const fail = (status: number, code: string): void => {
      const text = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}.</Message></Error>`;
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(method === "HEAD" ? undefined : text);
    };
    if (fault !== null) {
      fail(fault.status, fault.code);
      return;
    }
    const refusal = this.#refusal(request, url);
    if (refusal !== null) {
      fail(403, refusal);
      return;
    }
    if (path[0] !== this.bucket) {
      fail(404, "NoSuchBucket");
      return;
    }
    if (key === "") {
      this.#answerBucket(method, url, response);
      return;
    }
    const present = this.objects.get(key);
    if (method === "PUT") {
      const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = request.headers;
      const held = ifMatch === undefined || (present !== undefined && tagOf(present) === ifMatch);
      if (!held || (ifNoneMatch === "*" && present !== undefined)) {
        fail(412, "PreconditionFailed");
        return;
      }
      this.objects.set(key, body);
      response.writeHead(200, { etag: tagOf(body) }).end();
      return;
    }
    if (method === "DELETE") {
      this.objects.delete(key);
      response.writeHead(204).end();
      return;
    }
    if (present === undefined) {
      fail(404, "NoSuchKey");
      return;
    }
    sendObject(request, response, present);
  }

  #answerBucket(method: string, url: URL, response: ServerResponse): void {
    if (method === "HEAD" || method === "PUT") {
      response.writeHead(200).end();
      return;
    }
    const prefix = url.searchParams.get("prefix") ?? "";
    const delimiter = url.searchParams.get("delimiter") ?? "";
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const nested = (key: string): boolean => delimiter !== "" && key.slice(prefix.length).includes(delimiter);
    const folders = new Set(
      keys.filter(nested).map((key) => key.slice(0, key.indexOf(delimiter, prefix.length) + 1)),
    );
    const contents = keys
      .filter((key) => !nested(key))
      .map((key) => {
        const body = this.objects.get(key) ?? Buffer.alloc(0);
        return `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>${tagOf(body)}</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
      });
    const prefixes = [...folders].map((one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`);
    const location = url.searchParams.has("location");
    response.writeHead(200, { "content-type": "application/xml" });
    response.end(
      location
        ? `<?xml version="1.0"?><LocationConstraint></LocationConstraint>`
        : `<?xml version="1.0"?><ListBucketResult><Name>${this.bucket}</Name><Prefix>${prefix}</Prefix><KeyCount>${contents.length}</KeyCount><MaxKeys>100000</MaxKeys><IsTruncated>false</IsTruncated>${contents.join("")}${prefixes.join("")}</ListBucketResult>`,
    );
  }

  /** The body at the rate that all uploads share; a client that signs its chunks has them unwrapped. */
  async #receive(request: IncomingMessage): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) {
      pieces.push(piece);
      this.received += piece.length;
      if (this.uploadRate === Infinity) continue;
      const now = performance.now();
      this.#nextByteAt = Math.max(now, this.#nextByteAt) + (piece.length / this.uploadRate) * 1000;
      if (this.#nextByteAt - now > 5) await delay(this.#nextByteAt - now);
    }
    if (!request.complete) throw new Error("the upload broke off");
    const body = Buffer.concat(pieces);
    const kind = request.headers["x-amz-content-sha256"];
    return typeof kind === "string" && kind.startsWith("STREAMING-") ? unwrap(body) : body;
  }

  /** Null when the request is signed with our secret. */
  #refusal(request: IncomingMessage, url: URL): string | null {
    const header = request.headers.authorization ?? "";
    const parts =
      /^AWS4-HMAC-SHA256 Credential=(.*)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
        header,
      );
    if (parts === null) return "AccessDenied";
    const [, id = "", day = "", region = "", signedHeaders = "", signature] = parts;
    if (id !== this.#keys.accessKeyId) return "InvalidAccessKeyId";
    const query = [...url.searchParams]
      .map(([name, value]) => `${escape(name)}=${escape(value)}`)
      .sort()
      .join("&");
    const headers = signedHeaders.split(";").map((name) => {
      const value = name === "host" ? request.headers.host : request.headers[name];
      return `${name}:${String(value).trim()}\n`;
    });
    const payload = String(request.headers["x-amz-content-sha256"]);
    const asked = [request.method, url.pathname, query, headers.join(""), signedHeaders, payload].join("\n");
    const scope = `${day}/${region}/s3/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${String(request.headers["x-amz-date"])}\n${scope}\n${sha256(asked)}`;
    const signingKey = [day, region, "s3", "aws4_request"].reduce<Buffer | string>(
      (secret, part) => createHmac("sha256", secret).update(part).digest(),
      `AWS4${this.#keys.secretAccessKey}`,
    );
    const wanted = createHmac("sha256", signingKey).update(text).digest("hex");
    return wanted === signature ? null : "SignatureDoesNotMatch";
  }
}

function sendObject(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(Number(range[2]), body.length - 1) : body.length - 1;
  const part = body.subarray(start, end + 1);
  response.writeHead(range === null ? 200 : 206, {
    etag: tagOf(body),
    "content-length": part.length,
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    ...(range === null ? {} : { "content-range": `bytes ${start}-${end}/${body.length}` }),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}

/** `SIZE;chunk-signature=…\r\nBYTES\r\n`, the last one of size 0. */
function unwrap(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.subarray(at, lineEnd).toString("latin1"), 16);
    if (size === 0) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}

function tagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function escape(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
