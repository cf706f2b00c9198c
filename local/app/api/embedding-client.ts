import { z } from "zod";
import { askHttp } from "../ask-http.ts";
import { StoreError } from "../store-error.ts";
import type { Embedding } from "./order-stores.ts";
import type { ApiSettings } from "./settings.ts";

const requestLimitMs = 5_000;
const probeLimitMs = 1_000;

const answerSchema = z.object({ vectors: z.array(z.array(z.number())) });

/** The embedding service over HTTP. */
export class EmbeddingClient implements Embedding {
  readonly name = "embedding";
  readonly #url: string;

  constructor({ url }: ApiSettings["embedding"]) {
    this.#url = url;
  }

  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    const body = JSON.stringify({ texts });
    const headers = { "content-type": "application/json" };
    const { status, text } = await askHttp(
      this.name,
      new URL("/embed", this.#url),
      { method: "POST", body, headers },
      requestLimitMs,
    );
    if (status !== 200) throw this.#failed(`answered ${status}: ${text.slice(0, 200)}`);
    const answer = answerSchema.safeParse(parseJson(text)).data;
    if (answer?.vectors.length !== texts.length)
      throw this.#failed(`answered without one vector for each of ${texts.length} texts`);
    return answer.vectors;
  }

  async probe(): Promise<void> {
    const { status } = await askHttp(this.name, new URL("/health", this.#url), {}, probeLimitMs);
    if (status !== 200) throw new StoreError(this.name, "away", `embedding is not ready: ${status}`);
  }

  /** Nothing to close: connections belong to the process. */
  async close(): Promise<void> {}

  #failed(what: string): StoreError {
    return new StoreError(this.name, "failed", `embedding ${what}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // As useless as any other answer of the wrong shape; the caller says so.
  }
}
