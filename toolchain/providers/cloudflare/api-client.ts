import { setTimeout as sleep } from "node:timers/promises";
import { causeSentenceOf } from "../../../contract/sentence-of.ts";

/** Where and as whom the API is asked. */
export interface ClientSettings {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly token: string | undefined;
}

/** One call: its path below the base address, what goes with it, and when to give up. */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** The API refused; the message is the official plugin's. */
export class ApiError extends Error {
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

/** How often a call is repeated that the API was too busy for. */
const repeats = 10;
const longestWaitSeconds = 60;

/** Cloudflare's v4 API. What it refuses is thrown as the official plugin words it; the token is in no message. */
export class ApiClient {
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** The answer's `result`. A call that comes too early (429) or to a service in trouble (5xx) waits, as it is told to, and is repeated. */
  async call(call: ApiCall): Promise<unknown> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#send(call);
      const text = await response.text();
      if (response.ok) return resultOf(call, text);
      const mayPass = response.status === 429 || response.status >= 500;
      if (!mayPass || attempt === repeats) throw this.#refusal(call, response, text);
      await sleep(waitSeconds(response, attempt) * 1000, undefined, { signal: call.signal });
    }
  }

  /** As `call`, but `undefined` for what is not there. */
  async find(call: ApiCall): Promise<unknown> {
    try {
      return await this.call(call);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async #send({ method, path, headers, body, signal }: ApiCall): Promise<Response> {
    const { baseUrl, token } = this.#settings;
    if (token === undefined || token === "")
      throw new Error(
        "cloudflare provider: apiToken: expected an API token, got none; give the provider one, or set CLOUDFLARE_API_TOKEN.",
      );
    try {
      return await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Error(
        `failed to make http request: ${method} "${baseUrl}${path}": ${causeSentenceOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  #refusal({ method, path }: ApiCall, response: Response, text: string): ApiError {
    const where = `${method} "${this.#settings.baseUrl}${path}"`;
    const message = `failed to make http request: ${where}: ${response.status} ${response.statusText} ${text}`;
    return new ApiError(message, response.status);
  }
}

function resultOf({ method, path }: ApiCall, text: string): unknown {
  try {
    return (JSON.parse(text) as { result?: unknown }).result;
  } catch (error) {
    throw new Error(`cloudflare provider: the answer to ${method} ${path} is no JSON.`, { cause: error });
  }
}

function waitSeconds(response: Response, attempt: number): number {
  const told = Number(response.headers.get("retry-after"));
  return Number.isFinite(told) && told > 0
    ? Math.min(told, longestWaitSeconds)
    : Math.min(2 ** attempt / 2, 8);
}
