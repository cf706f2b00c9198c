import { causeSentenceOf } from "../../contract/sentence-of.ts";
import { StoreError } from "./store-error.ts";
import type { StoreName } from "./store-error.ts";

/** What a store answered over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks a store over HTTP; the limit is for the whole answer. Throws a `StoreError` of kind `away` when none comes in time. */
export async function askHttp(
  store: StoreName,
  request: Request | URL,
  init: RequestInit,
  limitMs: number,
): Promise<HttpAnswer> {
  try {
    const answer = await fetch(request, { ...init, signal: AbortSignal.timeout(limitMs), redirect: "error" });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new StoreError(store, "away", `${store} gave no answer within ${limitMs} ms`, error);
    }
    throw new StoreError(store, "away", `${store} cannot be reached: ${causeSentenceOf(error)}`, error);
  }
}
