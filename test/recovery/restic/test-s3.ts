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

/** A rule that holds objects as R2's bucket lock does: neither removed nor overwritten while younger than `forMs`. */
export interface TestLock {
  /** Keys that begin so. */
  readonly prefixes: readonly string[];
  readonly forMs: number;
}

/** One version of an object, as a versioned bucket keeps it. */
export interface TestVersion {
  readonly key: string;
  readonly id: string;
  /** Null: a delete marker. */
  readonly body: Buffer | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

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
  /** What may be neither removed nor overwritten. As with R2, an overwrite is refused before its condition is looked at. */
  lock: TestLock | null = null;
  /** Keeps former versions, and writes a delete marker in place of removing. */
  versioned = false;
  /** S3's object lock, as the bucket tells of it. */
  objectLock: { readonly mode: string; readonly days: number } | null = null;
  /** Oldest first; empty unless `versioned`. */
  readonly versions: TestVersion[] = [];
  /** What becomes of If-Match and If-None-Match. */
  conditions: "honoured" | "ignored" | "refused" = "honoured";
  /** The next uploads that it says yes to are stored and answered with 500. */
  storedBut500: (request: TestRequest) => boolean = () => false;
  /** A key pair that may only read. */
  readOnly = false;
  /** Milliseconds before each answer. */
  slowMs = 0;
  /** How far this server's clock is ahead of this machine's: in `Date`, and in when an object was stored. */
  aheadMs = 0;
  /** Of one listing; so small that its parts are put together. */
  pageSize = 1_000;
  readonly #storedAt = new Map<string, number>();
  #count = 0;
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

  /** Everything that is there becomes so much older. */
  age(ms: number): void {
    for (const key of this.objects.keys()) this.#storedAt.set(key, this.#ageOf(key) - ms);
  }

  #ageOf(key: string): number {
    return this.#storedAt.get(key) ?? this.#now();
  }

  #now(): number {
    return Date.now() + this.aheadMs;
  }

  #holds(key: string): boolean {
    const { lock } = this;
    if (lock === null || !this.objects.has(key)) return false;
    return (
      lock.prefixes.some((prefix) => key.startsWith(prefix)) && this.#ageOf(key) > this.#now() - lock.forMs
    );
  }

  #store(key: string, body: Buffer): void {
    this.objects.set(key, body);
    this.#storedAt.set(key, this.#now());
    this.#keepVersion(key, body);
  }

  #remove(key: string): void {
    if (this.objects.delete(key)) this.#keepVersion(key, null);
    this.#storedAt.delete(key);
  }

  #keepVersion(key: string, body: Buffer | null): void {
    this.#count += 1;
    if (this.versioned) this.versions.push({ key, id: `v${this.#count}`, body, at: this.#now() });
  }

  /** A version that is removed by its name is gone, and the one before it is the present one. */
  #removeVersion(key: string, id: string): void {
    const index = this.versions.findIndex((version) => version.key === key && version.id === id);
    if (index >= 0) this.versions.splice(index, 1);
    const newest = this.versions.filter((version) => version.key === key).at(-1);
    if (newest === undefined || newest.body === null) {
      this.objects.delete(key);
      return;
    }
    this.objects.set(key, newest.body);
    this.#storedAt.set(key, newest.at);
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
    response.setHeader("date", new Date(this.#now()).toUTCString());
    if (this.slowMs > 0) await delay(this.slowMs);
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
    if (this.readOnly && (method === "PUT" || method === "DELETE")) {
      fail(403, "AccessDenied");
      return;
    }
    const version = url.searchParams.get("versionId");
    if (version !== null) {
      this.#answerVersion(method, key, version, request, response);
      return;
    }
    const present = this.objects.get(key);
    if ((method === "PUT" || method === "DELETE") && this.#holds(key)) {
      fail(409, "ObjectLockedByBucketPolicy");
      return;
    }
    if (method === "PUT") {
      const refused = this.#refusedCondition(request, present);
      if (refused !== null) {
        fail(refused.status, refused.code);
        return;
      }
      const source = request.headers["x-amz-copy-source"];
      const stored = typeof source === "string" ? this.#copied(source) : body;
      if (stored === null) {
        fail(404, "NoSuchVersion");
        return;
      }
      this.#store(key, stored);
      if (this.storedBut500({ method, key })) {
        fail(500, "InternalError");
        return;
      }
      response.writeHead(200, { etag: tagOf(stored) });
      response.end(
        typeof source === "string"
          ? `<CopyObjectResult><ETag>${tagOf(stored)}</ETag></CopyObjectResult>`
          : undefined,
      );
      return;
    }
    if (method === "DELETE") {
      this.#remove(key);
      response.writeHead(204).end();
      return;
    }
    if (present === undefined) {
      fail(404, "NoSuchKey");
      return;
    }
    sendObject(request, response, present);
  }

  #refusedCondition(
    { headers }: IncomingMessage,
    present: Buffer | undefined,
  ): { readonly status: number; readonly code: string } | null {
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = headers;
    if (ifMatch === undefined && ifNoneMatch === undefined) return null;
    if (this.conditions === "ignored") return null;
    if (this.conditions === "refused") return { status: 501, code: "NotImplemented" };
    const held = ifMatch === undefined || (present !== undefined && tagOf(present) === ifMatch);
    if (held && !(ifNoneMatch === "*" && present !== undefined)) return null;
    return { status: 412, code: "PreconditionFailed" };
  }

  /** Null when the source of a copy is not there. */
  #copied(source: string): Buffer | null {
    const [path = "", id = null] = decodeURIComponent(source).split("?versionId=");
    const key = path.replace(/^\//, "").slice(this.bucket.length + 1);
    if (id === null) return this.objects.get(key) ?? null;
    return this.versions.find((version) => version.key === key && version.id === id)?.body ?? null;
  }

  #answerVersion(
    method: string,
    key: string,
    id: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (method === "DELETE") {
      this.#removeVersion(key, id);
      response.writeHead(204).end();
      return;
    }
    const body = this.versions.find((version) => version.key === key && version.id === id)?.body ?? null;
    if (body === null) response.writeHead(404).end("<Error><Code>NoSuchVersion</Code></Error>");
    else sendObject(request, response, body);
  }

  #answerBucket(method: string, url: URL, response: ServerResponse): void {
    if (method === "HEAD" || method === "PUT") {
      response.writeHead(200).end();
      return;
    }
    if (url.searchParams.has("object-lock") && this.objectLock === null) {
      response.writeHead(404).end("<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>");
      return;
    }
    response.writeHead(200, { "content-type": "application/xml" });
    const xml = `<?xml version="1.0" encoding="UTF-8"?>`;
    if (url.searchParams.has("location")) response.end(`${xml}<LocationConstraint></LocationConstraint>`);
    else if (url.searchParams.has("object-lock"))
      response.end(
        `${xml}<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>${this.objectLock?.mode ?? ""}</Mode><Days>${this.objectLock?.days ?? 0}</Days></DefaultRetention></Rule></ObjectLockConfiguration>`,
      );
    else if (url.searchParams.has("versioning"))
      response.end(
        `${xml}<VersioningConfiguration>${this.versioned ? "<Status>Enabled</Status>" : ""}</VersioningConfiguration>`,
      );
    else response.end(xml + (url.searchParams.has("versions") ? this.#versionList(url) : this.#list(url)));
  }

  #list(url: URL): string {
    const asked = url.searchParams;
    const prefix = asked.get("prefix") ?? "";
    const delimiter = asked.get("delimiter") ?? "";
    const after = asked.get("continuation-token") ?? asked.get("start-after") ?? "";
    const encode = asked.get("encoding-type") === "url" ? encodeURIComponent : (key: string): string => key;
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const nested = (key: string): boolean => delimiter !== "" && key.slice(prefix.length).includes(delimiter);
    const folders = new Set(
      keys.filter(nested).map((key) => key.slice(0, key.indexOf(delimiter, prefix.length) + 1)),
    );
    const plain = keys.filter((key) => !nested(key));
    const page = plain.slice(0, this.pageSize);
    const more = page.length < plain.length;
    const contents = page.map((key) => {
      const body = this.objects.get(key) ?? Buffer.alloc(0);
      return `<Contents><Key>${encode(key)}</Key><LastModified>${new Date(this.#ageOf(key)).toISOString()}</LastModified><ETag>${tagOf(body)}</ETag><Size>${body.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const prefixes = [...folders].map((one) => `<CommonPrefixes><Prefix>${one}</Prefix></CommonPrefixes>`);
    const next = more ? `<NextContinuationToken>${page.at(-1) ?? ""}</NextContinuationToken>` : "";
    return `<ListBucketResult><Name>${this.bucket}</Name><Prefix>${prefix}</Prefix><KeyCount>${contents.length}</KeyCount><MaxKeys>${this.pageSize}</MaxKeys><IsTruncated>${more}</IsTruncated>${encodingType(asked)}${next}${contents.join("")}${prefixes.join("")}</ListBucketResult>`;
  }

  /** By key, the newest first, in parts. */
  #versionList(url: URL): string {
    const asked = url.searchParams;
    const prefix = asked.get("prefix") ?? "";
    const encode = asked.get("encoding-type") === "url" ? encodeURIComponent : (key: string): string => key;
    const all = this.versions
      .filter(({ key }) => key.startsWith(prefix))
      .map((version, order) => ({ ...version, order }))
      .sort((a, b) => (a.key === b.key ? b.order - a.order : a.key < b.key ? -1 : 1));
    const marker = [asked.get("key-marker"), asked.get("version-id-marker")];
    const start = all.findIndex(({ key, id }) => key === marker[0] && id === marker[1]) + 1;
    const page = all.slice(start, start + this.pageSize);
    const more = start + page.length < all.length;
    const last = page.at(-1);
    const entries = page.map(({ key, id, body, at }) => {
      const isLatest = all.find((other) => other.key === key)?.id === id;
      const common = `<Key>${encode(key)}</Key><VersionId>${id}</VersionId><IsLatest>${isLatest}</IsLatest><LastModified>${new Date(at).toISOString()}</LastModified>`;
      return body === null
        ? `<DeleteMarker>${common}</DeleteMarker>`
        : `<Version>${common}<ETag>${tagOf(body)}</ETag><Size>${body.length}</Size></Version>`;
    });
    const next = more
      ? `<NextKeyMarker>${encode(last?.key ?? "")}</NextKeyMarker><NextVersionIdMarker>${last?.id ?? ""}</NextVersionIdMarker>`
      : "";
    return `<ListVersionsResult><Name>${this.bucket}</Name><IsTruncated>${more}</IsTruncated>${encodingType(asked)}${next}${entries.join("")}</ListVersionsResult>`;
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

/** Without it a client takes the keys as they are. */
function encodingType(asked: URLSearchParams): string {
  return asked.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : "";
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
