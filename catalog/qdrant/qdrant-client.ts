import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import type { StoreAddress } from "../recovery.ts";

const timeoutMs = 5_000;
const silenceLimitMs = 30_000;

/** Qdrant said no: its HTTP status, and its own words. */
export class QdrantRefusal extends Error {
  override readonly name = "QdrantRefusal";
  readonly status: number;

  constructor(request: string, status: number, words: string) {
    super(`qdrant: ${request} was answered with ${status}: ${words}`);
    this.status = status;
  }
}

/** What is asked besides method and path. */
export interface Asked {
  readonly body?: unknown;
  /** @default 5000 */
  readonly timeoutMs?: number;
}

/** Qdrant's REST API, as far as recovery needs it. */
export class QdrantClient {
  readonly #base: string;
  readonly #key: string;

  constructor({ host, secrets }: StoreAddress, port = 6333) {
    this.#base = `http://${host}:${port}`;
    this.#key = secrets["api-key"] ?? "";
  }

  /** The `result` of the answer, or the answer itself where there is none. @throws QdrantRefusal; DOMException TimeoutError */
  async ask(
    method: string,
    path: string,
    { body, timeoutMs: limit = timeoutMs }: Asked = {},
  ): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        "api-key": this.#key,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(limit),
    });
    const text = await response.text();
    if (!response.ok) throw new QdrantRefusal(`${method} ${path}`, response.status, words(text));
    const answer = JSON.parse(text) as { result?: unknown };
    return answer.result ?? answer;
  }

  /** The bytes of an answer, as they come. @throws QdrantRefusal; Error when nothing comes for half a minute */
  async *download(path: string): AsyncGenerator<Uint8Array> {
    const silence = new AbortController();
    const wait = (): NodeJS.Timeout =>
      setTimeout(() => {
        silence.abort(new Error(`qdrant: GET ${path}: nothing came for ${silenceLimitMs / 1_000} s`));
      }, silenceLimitMs);
    let timer = wait();
    try {
      const response = await fetch(`${this.#base}${path}`, {
        headers: { "api-key": this.#key },
        signal: silence.signal,
      });
      if (!response.ok) throw new QdrantRefusal(`GET ${path}`, response.status, words(await response.text()));
      for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        yield piece;
        timer = wait();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Uploads a snapshot as the form's field that Qdrant reads, as it comes. @throws QdrantRefusal */
  async upload(
    path: string,
    name: string,
    content: AsyncIterable<Uint8Array>,
    timeoutMs: number,
  ): Promise<void> {
    const boundary = `kaleem-${randomUUID()}`;
    const form = async function* (): AsyncGenerator<Uint8Array> {
      const head = `Content-Disposition: form-data; name="snapshot"; filename="${encodeURIComponent(name)}"`;
      yield Buffer.from(`--${boundary}\r\n${head}\r\nContent-Type: application/octet-stream\r\n\r\n`);
      yield* content;
      yield Buffer.from(`\r\n--${boundary}--\r\n`);
    };
    const response = await fetch(`${this.#base}${path}`, {
      method: "POST",
      headers: { "api-key": this.#key, "content-type": `multipart/form-data; boundary=${boundary}` },
      body: Readable.toWeb(Readable.from(form())) as ReadableStream,
      duplex: "half",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const said = await response.text();
    if (!response.ok) throw new QdrantRefusal(`POST ${path}`, response.status, words(said));
  }
}

/** Errors come as JSON, refused keys as plain text. */
function words(text: string): string {
  if (!text.startsWith("{")) return text.slice(0, 200) || "no message";
  const { status } = JSON.parse(text) as { status?: { error?: string } };
  return status?.error ?? text.slice(0, 200);
}
