import { causeSentenceOf } from "../../contract/sentence-of.ts";

const answerLimitMs = 10_000;

/** RabbitMQ's management API, asked as its administrator. */
export class ManagementApi {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(host: string, user: string, password: string) {
    this.#base = `http://${host}:15672/api`;
    this.#headers = {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
      "content-type": "application/json",
    };
  }

  /**
   * Asks for `path` below `/api`, such as `whoami`, and gives the parsed answer; undefined for an empty one.
   * @throws Error that names the path and what was answered; its cause is a `TimeoutError` when nothing was, within `limitMs`
   */
  async get(path: string, limitMs = answerLimitMs): Promise<unknown> {
    return this.#ask(path, { method: "GET" }, limitMs);
  }

  /** As `get`, for a request with a body. */
  async post(path: string, body: unknown, limitMs = answerLimitMs): Promise<unknown> {
    return this.#ask(path, { method: "POST", body: JSON.stringify(body) }, limitMs);
  }

  /** Takes away what is at `path`. */
  async delete(path: string): Promise<void> {
    await this.#ask(path, { method: "DELETE" }, answerLimitMs);
  }

  async #ask(path: string, request: RequestInit & { method: string }, limitMs: number): Promise<unknown> {
    const where = `rabbitmq: ${request.method} /api/${path}`;
    const [answer, text] = await this.#fetch(where, path, request, limitMs);
    if (answer.status === 401) {
      throw new Error(
        `${where}: the administrator's password is refused. It is set at every start: look at the service's log`,
      );
    }
    if (!answer.ok) throw new Error(`${where}: answered ${answer.status}: ${text.slice(0, 500)}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  }

  async #fetch(
    where: string,
    path: string,
    request: RequestInit,
    limitMs: number,
  ): Promise<[Response, string]> {
    try {
      const signal = AbortSignal.timeout(limitMs);
      const answer = await fetch(`${this.#base}/${path}`, { ...request, headers: this.#headers, signal });
      return [answer, await answer.text()];
    } catch (cause) {
      if (isTimeout(cause)) throw new Error(`${where}: no answer within ${limitMs / 1000} s`, { cause });
      throw new Error(`${where}: ${causeSentenceOf(cause)}`, { cause });
    }
  }
}

/** Whether an error of `ManagementApi` means that the answer did not come in time. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "TimeoutError" || isTimeout(error.cause);
}
