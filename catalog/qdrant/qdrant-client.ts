import type { StoreAddress } from "../recovery.ts";

const timeoutMs = 5_000;

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
}

/** Errors come as JSON, refused keys as plain text. */
function words(text: string): string {
  if (!text.startsWith("{")) return text.slice(0, 200) || "no message";
  const { status } = JSON.parse(text) as { status?: { error?: string } };
  return status?.error ?? text.slice(0, 200);
}
