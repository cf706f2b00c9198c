import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { ApiClient, ApiError } from "../../toolchain/providers/cloudflare/api-client.ts";

/** An address record as the zone has it. */
export interface ZoneRecord {
  readonly id: string;
  readonly type: "A" | "AAAA";
  readonly content: string;
  readonly proxied: boolean;
  /** When it was last changed; null where the API does not say. */
  readonly modifiedAt: string | null;
}

const answer = z.array(
  z.looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    content: z.string(),
    proxied: z.boolean().default(false),
    modified_on: z.string().optional(),
  }),
);

/** Where Cloudflare's API is; the official provider reads the same variable. */
const defaultBaseUrl = "https://api.cloudflare.com/client/v4";
const timeoutMs = 60_000;

/** One zone at Cloudflare, only read. What is written there, the account's stack writes. */
export class Zone {
  readonly #client: ApiClient;
  readonly #id: string;
  /** The account's stack file, as messages name it. */
  readonly #file: string;

  constructor(id: string, token: string, file: string, environment: NodeJS.ProcessEnv = process.env) {
    const baseUrl = (environment["CLOUDFLARE_BASE_URL"] ?? defaultBaseUrl).replace(/\/+$/, "");
    this.#client = new ApiClient({ baseUrl, token });
    this.#id = id;
    this.#file = file;
  }

  /** The address records under a name. @throws RecoveryError saying which permission, or which zone, is missing */
  async addressRecords(name: string): Promise<readonly ZoneRecord[]> {
    const found = answer.parse(await this.#ask(`/zones/${this.#id}/dns_records?name=${name}&per_page=100`));
    return found.flatMap(({ id, type, content, proxied, modified_on: modifiedAt, name: full }) =>
      full === name && (type === "A" || type === "AAAA")
        ? [{ id, type, content, proxied, modifiedAt: modifiedAt ?? null }]
        : [],
    );
  }

  async #ask(path: string): Promise<unknown> {
    try {
      return await this.#client.call({ method: "GET", path, signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const why = this.#why(error.status);
      if (why === null) throw error;
      throw new RecoveryError(exitCodes.config, why, { cause: error });
    }
  }

  #why(status: number): string | null {
    if (status === 401 || status === 403)
      return (
        `${this.#file}: cloudflare-api-token: expected a token with DNS Write for zone ${this.#id}, got one that Cloudflare refuses (${String(status)}): ` +
        "it lacks that permission, has expired, or is another account's. Give it the permission at Cloudflare, or set another: pulumi config set --secret cloudflare-api-token; nothing was changed."
      );
    if (status === 400 || status === 404)
      return (
        `${this.#file}: account.zone: expected the id of a zone that the token may see, got ${this.#id}, which Cloudflare does not find. ` +
        "The overview of the zone shows its id; nothing was changed."
      );
    return null;
  }
}
