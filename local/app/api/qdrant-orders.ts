import { askHttp } from "../ask-http.ts";
import type { HttpAnswer } from "../ask-http.ts";
import type { Order } from "../order.ts";
import { StoreError } from "../store-error.ts";
import type { OrderVectors } from "./order-stores.ts";
import type { ApiSettings } from "./settings.ts";

/** A recovery point pauses the store for up to 2 s: requests wait that out instead of failing. */
const requestLimitMs = 5_000;
const probeLimitMs = 1_000;
const collection = "/collections/orders";

/** Orders in Qdrant's collection `orders`: point id = order id, payload = the order. The collection is made by the agent. */
export class QdrantOrders implements OrderVectors {
  readonly name = "qdrant";
  readonly #url: string;
  readonly #apiKey: string;

  constructor({ url, apiKey }: ApiSettings["qdrant"]) {
    this.#url = url;
    this.#apiKey = apiKey;
  }

  async upsert(order: Order, vector: readonly number[]): Promise<void> {
    const body = JSON.stringify({ points: [{ id: order.id, vector, payload: order }] });
    // Without `wait` the answer comes before the write is applied.
    const answer = await this.#ask("PUT", `${collection}/points?wait=true`, requestLimitMs, body);
    if (answer.status !== 200) throw this.#asError(answer);
    if (!/"status"\s*:\s*"completed"/.test(answer.text)) {
      throw new StoreError(
        this.name,
        "failed",
        `qdrant took the order without completing it: ${short(answer)}`,
      );
    }
  }

  async probe(): Promise<void> {
    const answer = await this.#ask("GET", collection, probeLimitMs);
    if (answer.status !== 200) throw this.#asError(answer);
  }

  /** Nothing to close: connections belong to the process. */
  async close(): Promise<void> {}

  #ask(method: string, path: string, limitMs: number, body?: string): Promise<HttpAnswer> {
    const headers = { "api-key": this.#apiKey, "content-type": "application/json" };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    return askHttp(this.name, new URL(path, this.#url), init, limitMs);
  }

  #asError(answer: HttpAnswer): StoreError {
    if (answer.status === 401 || answer.status === 403) {
      return new StoreError(this.name, "refused", "qdrant refuses the API key");
    }
    return new StoreError(this.name, "failed", `qdrant answered with an error: ${short(answer)}`);
  }
}

function short({ status, text }: HttpAnswer): string {
  return `${status} ${text.slice(0, 200)}`;
}
