import type { StoreAddress } from "../recovery.ts";

const timeoutMs = 5_000;
const cookieName = "n8n-auth";

/** Whom the agent logs in as: the one user that always is there. */
export const ownerEmail = "owner@kaleem.internal";

/** n8n's own REST, as its pages use it. Logs in when first asked: n8n takes five logins a minute, and not every question needs one. */
export class N8nClient {
  readonly #base: string;
  readonly #password: string;
  #cookie: string | null = null;

  constructor({ host, secrets }: StoreAddress, port = 5678) {
    this.#base = `http://${host}:${port}`;
    this.#password = secrets["owner-password"] ?? "";
  }

  /** Whether its database is connected and migrated. @throws Error when not, or when it does not answer within 5 s */
  async ready(): Promise<void> {
    await this.#send("GET", "/healthz/readiness", { headers: {} });
  }

  /** The `data` of the answer, asked as the owner. @throws Error in n8n's own words, with the status */
  async ask(method: string, path: string, body?: unknown, limitMs = timeoutMs): Promise<unknown> {
    this.#cookie ??= await this.#logIn();
    const response = await this.#send(method, `/rest${path}`, {
      headers: { cookie: `${cookieName}=${this.#cookie}` },
      body,
      limitMs,
    });
    const { data } = (await response.json()) as { data: unknown };
    return data;
  }

  async #logIn(): Promise<string> {
    const body = { emailOrLdapLoginId: ownerEmail, password: this.#password };
    const response = await this.#send("POST", "/rest/login", { headers: {}, body });
    const set = response.headers.getSetCookie().find((cookie) => cookie.startsWith(`${cookieName}=`));
    const value = set?.slice(cookieName.length + 1).split(";")[0] ?? "";
    if (value === "")
      throw new Error("n8n: POST /rest/login gave no session; does the owner use a second factor?");
    return value;
  }

  async #send(
    method: string,
    path: string,
    request: { readonly headers: Record<string, string>; readonly body?: unknown; readonly limitMs?: number },
  ): Promise<Response> {
    const { headers, body, limitMs = timeoutMs } = request;
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(limitMs),
    });
    if (response.ok) return response;
    const hint = response.status === 429 ? " (n8n accepts five logins a minute; try again in a minute)" : "";
    const words = (await response.text()).slice(0, 200);
    throw new Error(`n8n: ${method} ${path} was answered with ${response.status}: ${words}${hint}`);
  }
}
