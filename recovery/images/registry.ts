import { createHash } from "node:crypto";
import { z } from "zod";
import { causeSentenceOf } from "../../contract/sentence-of.ts";
import type { Descriptor } from "./image-manifest.ts";
import { manifestTypes } from "./image-manifest.ts";

const tokenSchema = z.union([
  z.looseObject({ token: z.string() }).transform(({ token }) => token),
  z.looseObject({ access_token: z.string() }).transform((answer) => answer.access_token),
]);

/** How a registry is reached. */
export interface RegistryAccess {
  readonly scheme: "https" | "http";
  /** Value of an Authorization header; null to ask as anybody. Never said. */
  readonly credentials: string | null;
}

/** A manifest as a registry gave it. */
export interface FetchedManifest {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly mediaType: string;
}

/** The distribution specification's limit. */
const largestManifest = 4 * 2 ** 20;
/** No answer, or no further byte, for so long ends a request. */
const stallLimitMs = 60_000;

/** Reads images from a registry, byte for byte as it has them. Everything it gives is held against its digest. */
export class Registry {
  readonly #host: string;
  readonly #access: RegistryAccess;
  readonly #stallMs: number;
  /** Repository → token. */
  readonly #tokens = new Map<string, string>();

  /** @param stallMs For how long nothing may come. @default 60000 */
  constructor(host: string, access: RegistryAccess, stallMs = stallLimitMs) {
    this.#host = host;
    this.#access = access;
    this.#stallMs = stallMs;
  }

  /** @throws Error in one sentence: not reached, refused, not there, too large, or not what its digest says */
  async manifest(repository: string, digest: string): Promise<FetchedManifest> {
    const stall = new Stall(this.#stallMs);
    try {
      const response = await this.#ask(repository, `manifests/${digest}`, stall);
      const bytes = await readAll(this.#body(response, stall), largestManifest);
      if (`sha256:${createHash("sha256").update(bytes).digest("hex")}` !== digest)
        throw new Error(`${this.#host} gives another manifest than ${digest} of ${repository}`);
      return { bytes, mediaType: response.headers.get("content-type")?.split(";")[0]?.trim() ?? "" };
    } finally {
      stall.end();
    }
  }

  /** The bytes of a blob as they come; the last of them only once all are what the digest says. @throws Error as `manifest` does */
  async *blob(repository: string, { digest, size }: Descriptor): AsyncGenerator<Uint8Array> {
    const stall = new Stall(this.#stallMs);
    try {
      const response = await this.#ask(repository, `blobs/${digest}`, stall);
      const hash = createHash("sha256");
      let bytes = 0;
      let held: Uint8Array | null = null;
      for await (const chunk of this.#body(response, stall)) {
        hash.update(chunk);
        bytes += chunk.length;
        if (bytes > size) break;
        if (held !== null) yield held;
        held = chunk;
      }
      if (bytes !== size || `sha256:${hash.digest("hex")}` !== digest)
        throw new Error(`${this.#host} gives other bytes than ${digest} of ${repository}`);
      if (held !== null) yield held;
    } finally {
      stall.end();
    }
  }

  async *#body(response: Response, stall: Stall): AsyncGenerator<Uint8Array> {
    if (response.body === null) return;
    try {
      for await (const chunk of response.body) {
        // Whoever takes it may have to send it on over a slow link first.
        stall.rest();
        yield chunk as Uint8Array;
        stall.moved();
      }
    } catch (error) {
      throw this.#silent(error);
    }
  }

  async #ask(repository: string, what: string, stall: Stall): Promise<Response> {
    const url = `${this.#access.scheme}://${this.#host}/v2/${repository}/${what}`;
    const known = this.#tokens.get(repository);
    let response = await this.#get(
      url,
      known === undefined ? this.#access.credentials : `Bearer ${known}`,
      stall,
    );
    const challenge = response.headers.get("www-authenticate");
    if (response.status === 401 && challenge !== null && /^Bearer /i.test(challenge)) {
      await response.body?.cancel();
      const token = await this.#token(challenge, stall);
      this.#tokens.set(repository, token);
      response = await this.#get(url, `Bearer ${token}`, stall);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403)
      throw new Error(
        `${this.#host} refuses ${repository} (${response.status}): run \`docker login ${this.#host}\` on the host, as root`,
      );
    if (response.status === 404) throw new Error(`${this.#host} no longer has ${repository}, ${what}`);
    throw new Error(`${this.#host} answers ${response.status} to ${repository}, ${what}`);
  }

  async #get(url: string, authorization: string | null, stall: Stall): Promise<Response> {
    try {
      const headers = {
        accept: manifestTypes.join(", "),
        ...(authorization === null ? {} : { authorization }),
      };
      const response = await fetch(url, { headers, signal: stall.signal });
      stall.moved();
      return response;
    } catch (error) {
      throw this.#silent(error);
    }
  }

  async #token(challenge: string, stall: Stall): Promise<string> {
    const parts = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name ?? "", value ?? ""]),
    );
    const url = new URL(parts.get("realm") ?? "");
    for (const name of ["service", "scope"]) {
      const value = parts.get(name);
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const response = await this.#get(url.href, this.#access.credentials, stall);
    const token = tokenSchema.safeParse(response.ok ? await response.json() : null);
    if (!token.success)
      throw new Error(
        `${url.host} gives no token for ${this.#host} (${response.status}): run \`docker login\` on the host, as root`,
      );
    return token.data;
  }

  #silent(error: unknown): Error {
    return new Error(`${this.#host} does not answer: ${causeSentenceOf(error)}`, { cause: error });
  }
}

/** Aborts what nothing comes of any more. */
class Stall {
  readonly #abort = new AbortController();
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;
  constructor(ms: number) {
    this.#ms = ms;
    this.moved();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  moved(): void {
    clearTimeout(this.#timer);
    const late = new Error(`nothing came for ${Math.round(this.#ms / 1000)} s`);
    this.#timer = setTimeout(() => this.#abort.abort(late), this.#ms);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }

  end(): void {
    this.rest();
    this.#abort.abort();
  }
}

async function readAll(body: AsyncIterable<Uint8Array>, most: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > most) throw new Error(`a manifest of more than ${most} bytes is none`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
