import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An S3 endpoint in this process that honours If-Match and If-None-Match, unless told to misbehave. */
export class FakeS3 {
  readonly objects = new Map<string, { body: string; version: number }>();
  /** Replaces the answer to every request. */
  refuse: { status: number; code: string } | null = null;
  /** Requests are accepted and never answered. */
  hang = false;
  /** What becomes of If-Match and If-None-Match: `ignored` writes all the same; `racy` looks first and writes later. */
  conditions: "honoured" | "ignored" | "racy" | { status: number; code: string } = "honoured";
  /** The next writes: stored, and answered with this status, or (0) not at all. Each is used once. */
  storedBut: number[] = [];
  /** The next writes: not stored, and answered with this. Each is used once. */
  failWrites: { status: number; code: string }[] = [];
  /** The next writes are not answered, and stored only after these milliseconds. Each is used once. */
  storedLate: number[] = [];
  /** Milliseconds before each answer. */
  slowMs = 0;
  /** How far the `Date` of the answers is ahead of this machine's. */
  aheadMs = 0;
  /** Such as a key pair that may only read. */
  readOnly = false;
  /** Such as a key pair that may write and not remove. */
  keepsAll = false;
  /** When an object was stored, for listings. */
  readonly storedAt = new Map<string, string>();
  /** Paths that a lock of the bucket holds: neither removed nor overwritten, whatever the condition. */
  locked: (path: string) => boolean = () => false;
  readonly requests: { method: string; path: string; authorization: string }[] = [];
  readonly #server: Server;
  #writes = 0;

  private constructor() {
    this.#server = createServer({ keepAlive: true }, (request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        const { method = "", url: path = "", headers } = request;
        this.requests.push({ method, path, authorization: headers.authorization ?? "" });
        if (this.hang) return;
        void this.#answer(method, path, body, headers).then((answer) => {
          if (answer === null) return;
          const date = new Date(Date.now() + this.aheadMs).toUTCString();
          setTimeout(() => {
            response
              .writeHead(answer.status, { date, ...(answer.etag === undefined ? {} : { etag: answer.etag }) })
              .end(answer.body);
          }, this.slowMs);
        });
      });
    });
  }

  static async start(): Promise<FakeS3> {
    const fake = new FakeS3();
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The methods asked so far of keys that end so. */
  asked(ending: string): string[] {
    return this.requests.filter(({ path }) => path.endsWith(ending)).map(({ method }) => method);
  }

  async #answer(
    method: string,
    path: string,
    body: string,
    headers: IncomingHttpHeaders,
  ): Promise<Answer | null> {
    if (this.refuse !== null) return failed(this.refuse);
    const present = this.objects.get(path);
    if (method === "GET" && path.includes("?list-type=2")) return { status: 200, body: this.#list(path) };
    if (method === "GET") {
      if (present === undefined) return failed({ status: 404, code: "NoSuchKey" });
      return { status: 200, body: present.body, etag: `"${present.version}"` };
    }
    if (this.readOnly) return failed({ status: 403, code: "AccessDenied" });
    if (present !== undefined && this.locked(path))
      return failed({ status: 409, code: "ObjectLockedByBucketPolicy" });
    if (method === "DELETE") {
      if (this.keepsAll) return failed({ status: 403, code: "AccessDenied" });
      this.objects.delete(path);
      return { status: 204 };
    }
    const failure = this.failWrites.shift();
    if (failure !== undefined) return failed(failure);
    const late = this.storedLate.shift();
    if (late !== undefined) {
      setTimeout(() => void this.#conditional(path, body, headers), late);
      return null;
    }
    const answer = await this.#conditional(path, body, headers);
    const instead = answer.status === 200 ? this.storedBut.shift() : undefined;
    if (instead === undefined) return answer;
    return instead === 0 ? null : failed({ status: instead, code: "InternalError" });
  }

  #list(path: string): string {
    const url = new URL(path, "http://s3");
    const root = `${url.pathname}/`;
    const prefix = root + (url.searchParams.get("prefix") ?? "");
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const contents = keys.map((key) => {
      const storedAt = this.storedAt.get(key) ?? "2000-01-01T00:00:00.000Z";
      return `<Contents><Key>${key.slice(root.length)}</Key><LastModified>${storedAt}</LastModified><ETag>"1"</ETag><Size>1</Size></Contents>`;
    });
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join("")}</ListBucketResult>`;
  }

  async #conditional(path: string, body: string, headers: IncomingHttpHeaders): Promise<Answer> {
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = headers;
    const asked = ifMatch !== undefined || ifNoneMatch !== undefined;
    if (asked && typeof this.conditions === "object") return failed(this.conditions);
    if (this.conditions !== "ignored") {
      const present = this.objects.get(path);
      if (ifMatch !== undefined && present === undefined) return failed({ status: 404, code: "NoSuchKey" });
      if (ifMatch !== undefined && ifMatch !== `"${present?.version}"`) return { status: 412, body: "" };
      if (ifNoneMatch === "*" && present !== undefined) return { status: 412, body: "" };
    }
    if (this.conditions === "racy") await new Promise((resolve) => setTimeout(resolve, 50));
    this.#writes += 1;
    this.objects.set(path, { body, version: this.#writes });
    return { status: 200, etag: `"${this.#writes}"` };
  }
}

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly etag?: string;
}

function failed({ status, code }: { status: number; code: string }): Answer {
  return { status, body: `<Error><Code>${code}</Code></Error>` };
}
