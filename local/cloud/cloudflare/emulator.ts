import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Buckets } from "./buckets.ts";
import type { Answer, Call } from "./call.ts";
import { allows, type Permission } from "./permissions.ts";
import { Records } from "./records.ts";
import { noRoute, notAllowed, Refusal } from "./refusal.ts";
import { Tokens } from "./tokens.ts";

/** What the emulated account is. */
export interface EmulatedAccount {
  readonly id: string;
  /** Zones by id → name. */
  readonly zones: Readonly<Record<string, string>>;
  /** Tokens by value → what each may do. */
  readonly tokens: Readonly<Record<string, readonly Permission[]>>;
}

/** One call that came, without what authenticates it. */
export interface SeenCall {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/**
 * The part of Cloudflare's v4 API that the official provider calls, with its refusals, on loopback: buckets of R2 with lock and lifecycle,
 * tokens of an account, records of zones. Made after the API's documentation and recordings of the provider; what only the service itself
 * can tell stands in docs/real-account.md.
 */
export class CloudflareEmulator {
  readonly buckets = new Buckets();
  readonly tokens = new Tokens();
  readonly zones: ReadonlyMap<string, Records>;
  /** Every call so far. */
  readonly seen: SeenCall[] = [];
  readonly #account: EmulatedAccount;
  readonly #server: Server;
  /** Calls that are refused as too many, one each; and what they are told to wait. */
  #tooMany = { left: 0, seconds: 1 };

  private constructor(account: EmulatedAccount) {
    this.#account = account;
    this.zones = new Map(Object.entries(account.zones).map(([id, name]) => [id, new Records(name)]));
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  /** Starts it on a free port. */
  static async start(account: EmulatedAccount): Promise<CloudflareEmulator> {
    const emulator = new CloudflareEmulator(account);
    await new Promise<void>((resolve) => emulator.#server.listen(0, "127.0.0.1", resolve));
    return emulator;
  }

  /** What `CLOUDFLARE_BASE_URL` is set to. */
  get baseUrl(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}/client/v4`;
  }

  /** Refuses the next calls as too many (429), telling each to wait. */
  throttle(calls: number, seconds: number): void {
    this.#tooMany = { left: calls, seconds };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", "http://emulator");
    const { status, headers, body } = await this.#answer(request, method, url);
    this.seen.push({ method, path: url.pathname.replace("/client/v4", ""), status });
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage, method: string, url: URL) {
    try {
      const { result, resultInfo } = this.#route({
        method,
        parts: url.pathname
          .split("/")
          .filter((part) => part !== "")
          .slice(2),
        query: url.searchParams,
        headers: request.headers,
        body: await bodyOf(request),
        demand: this.#demand(request.headers.authorization),
      });
      const body = { success: true, errors: [], messages: [], result };
      return {
        status: 200,
        headers: {},
        body: resultInfo === undefined ? body : { ...body, result_info: resultInfo },
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, headers, code, message } = error;
      return {
        status,
        headers,
        body: { success: false, errors: [{ code, message }], messages: [], result: null },
      };
    }
  }

  #route(call: Call): Answer {
    if (this.#tooMany.left > 0) {
      this.#tooMany.left -= 1;
      const wait = { "retry-after": String(this.#tooMany.seconds) };
      throw new Refusal(429, 971, "Please wait and consider throttling your request speed", wait);
    }
    const [kind, id = "", part, ...rest] = call.parts;
    if (kind === "accounts" && part !== undefined) {
      if (id !== this.#account.id) throw notAllowed();
      if (part === "r2" && rest[0] === "buckets")
        return this.buckets.answer({ ...call, parts: rest.slice(1) });
      if (part === "tokens") return this.tokens.answer({ ...call, parts: rest });
    }
    const zone = this.zones.get(id);
    if (kind === "zones" && zone !== undefined && part === "dns_records")
      return zone.answer({ ...call, parts: rest });
    throw noRoute(`/${call.parts.join("/")}`);
  }

  #demand(authorization: string | undefined): (permission: Permission) => void {
    const held = this.#account.tokens[authorization?.replace(/^Bearer /, "") ?? ""];
    return (permission) => {
      if (held === undefined || !allows(held, permission)) throw notAllowed();
    };
  }
}

async function bodyOf(request: IncomingMessage): Promise<Call["body"]> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  if (text === "") return {};
  try {
    return JSON.parse(text) as Call["body"];
  } catch {
    throw new Refusal(400, 6007, "Malformed JSON in request body");
  }
}
