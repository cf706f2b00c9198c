import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** An S3 endpoint in this process that honours If-Match and If-None-Match. */
export class FakeS3 {
  readonly objects = new Map<string, { body: string; version: number }>();
  /** Replaces the answer to every request. */
  refuse: { status: number; code: string } | null = null;
  /** Requests are accepted and never answered. */
  hang = false;
  readonly requests: { method: string; path: string; authorization: string }[] = [];
  readonly #server: Server;
  #writes = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        const { method = "", url: path = "", headers } = request;
        this.requests.push({ method, path, authorization: headers.authorization ?? "" });
        if (this.hang) return;
        const answer = this.#answer(method, path, body, headers["if-match"], headers["if-none-match"]);
        response
          .writeHead(answer.status, answer.etag === undefined ? {} : { etag: answer.etag })
          .end(answer.body);
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

  #answer(
    method: string,
    path: string,
    body: string,
    ifMatch: string | undefined,
    ifNoneMatch: string | undefined,
  ): { status: number; body?: string; etag?: string } {
    if (this.refuse !== null)
      return { status: this.refuse.status, body: `<Error><Code>${this.refuse.code}</Code></Error>` };
    const present = this.objects.get(path);
    if (method === "GET") {
      if (present === undefined) return { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" };
      return { status: 200, body: present.body, etag: `"${present.version}"` };
    }
    if (ifMatch !== undefined && present === undefined)
      return { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" };
    if (ifMatch !== undefined && ifMatch !== `"${present?.version}"`) return { status: 412, body: "" };
    if (ifNoneMatch === "*" && present !== undefined) return { status: 412, body: "" };
    this.#writes += 1;
    this.objects.set(path, { body, version: this.#writes });
    return { status: 200, etag: `"${this.#writes}"` };
  }
}
