import { z } from "zod";
import { manifestTypes } from "./registry-client.ts";
import type { ImageReference } from "./image-reference.ts";

const tokenSchema = z.union([
  z.looseObject({ token: z.string() }).transform(({ token }) => token),
  z.looseObject({ access_token: z.string() }).transform((answer) => answer.access_token),
]);

const limitMs = 15_000;

/** How a registry is asked; tests speak plain HTTP. */
export interface RegistryAccess {
  /** Value of an Authorization header for the registry's own account; null to ask as anybody. */
  readonly credentials: string | null;
  /** @default "https" */
  readonly scheme?: "https" | "http";
}

/**
 * The digest that a tag stands for now, as its registry says: of the list of platforms where there is one, so that it holds for each.
 * Speaks the distribution API with the token that the registry asks for.
 * @throws Error in one sentence: not reached, refused, no such image, or an answer without a digest
 */
export async function upstreamDigest(
  { host, repository, tag }: ImageReference,
  { credentials, scheme = "https" }: RegistryAccess,
): Promise<string> {
  const url = `${scheme}://${host}/v2/${repository}/manifests/${tag}`;
  const ask = (authorization: string | null): Promise<Response> =>
    request(url, "HEAD", authorization, { accept: manifestTypes.join(", ") });
  let response = await ask(credentials);
  const challenge = response.headers.get("www-authenticate");
  if (response.status === 401 && challenge?.startsWith("Bearer ") === true)
    response = await ask(`Bearer ${await bearerToken(challenge, credentials)}`);
  if (response.status === 401 || response.status === 403) {
    throw new Error(
      `${host} refuses ${repository}:${tag} (${response.status}): docker login ${host}, then try again`,
    );
  }
  if (response.status === 404) throw new Error(`${host} has no ${repository}:${tag}: correct its ref`);
  const digest = response.headers.get("docker-content-digest");
  if (response.ok && digest !== null && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new Error(`${url}: expected an image's digest, got status ${response.status}: try again later`);
}

async function bearerToken(challenge: string, credentials: string | null): Promise<string> {
  const parts = new Map(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name ?? "", value ?? ""]),
  );
  const url = new URL(parts.get("realm") ?? "");
  for (const name of ["service", "scope"]) {
    const value = parts.get(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const response = await request(url.href, "GET", credentials, {});
  const token = tokenSchema.safeParse(response.ok ? await response.json() : null);
  if (!token.success)
    throw new Error(`${url.host} gives no token (${response.status}): docker login, then try again`);
  return token.data;
}

async function request(
  url: string,
  method: "HEAD" | "GET",
  authorization: string | null,
  headers: Record<string, string>,
): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: authorization === null ? headers : { ...headers, authorization },
      signal: AbortSignal.timeout(limitMs),
    });
  } catch (error) {
    throw new Error(`${new URL(url).host} does not answer: is this machine online?`, { cause: error });
  }
}
