import { askHttp } from "../ask-http.ts";
import type { HttpAnswer } from "../ask-http.ts";
import { z } from "zod";
import { dimensions } from "../embedding/embed.ts";
import { orderSchema } from "../order.ts";
import type { Order } from "../order.ts";
import { StoreError } from "../store-error.ts";
import type { OrderVectors } from "./order-stores.ts";
import type { ApiSettings } from "./settings.ts";

/** A recovery point pauses the store for up to 2 s: requests wait that out instead of failing. */
const requestLimitMs = 5_000;
const probeLimitMs = 1_000;
const collection = "/collections/orders";
const describedSchema = z.object({
  result: z.object({
    config: z.object({ params: z.object({ vectors: z.object({ size: z.number(), distance: z.string() }) }) }),
  }),
});
const pointSchema = z.object({ result: z.object({ payload: orderSchema }) });

/** Orders in Qdrant's collection `orders`: point id = order id, payload = the order. Makes the collection where it is missing. */
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

  async find(id: string): Promise<Order | undefined> {
    const answer = await this.#ask("GET", `${collection}/points/${id}`, requestLimitMs);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw this.#asError(answer);
    return pointSchema.parse(JSON.parse(answer.text)).result.payload;
  }

  async probe(): Promise<void> {
    const answer = await this.#ask("GET", collection, probeLimitMs);
    if (answer.status === 404) return this.#create();
    if (answer.status !== 200) throw this.#asError(answer);
    const { size, distance } = describedSchema.parse(JSON.parse(answer.text)).result.config.params.vectors;
    if (size === dimensions && distance === "Cosine") return;
    throw new StoreError(
      this.name,
      "failed",
      `qdrant's collection orders has vectors of size ${size} with ${distance}, not ${dimensions} with Cosine`,
    );
  }

  /** Nothing to close: connections belong to the process. */
  async close(): Promise<void> {}

  /** Another replica may be first: what is there by then is as good. */
  async #create(): Promise<void> {
    const shape = {
      vectors: { size: dimensions, distance: "Cosine" },
      optimizers_config: { flush_interval_sec: 1 },
    };
    const answer = await this.#ask("PUT", collection, requestLimitMs, JSON.stringify(shape));
    if (answer.status !== 200 && answer.status !== 409) throw this.#asError(answer);
  }

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
