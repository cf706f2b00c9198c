/** What a registry may be asked for: single images and lists of them, of either kind. */
export const manifestTypes = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/**
 * The digest of an image in a registry, as the registry itself gives it; undefined when it has no such image.
 * @param registry `host:port`, spoken to over plain HTTP
 * @param image such as `kaleem/redis`
 * @param reference a tag or a digest
 * @throws Error when the registry does not answer, or answers with neither
 */
export async function registryDigest(
  registry: string,
  image: string,
  reference: string,
): Promise<string | undefined> {
  const url = `http://${registry}/v2/${image}/manifests/${reference}`;
  const response = await ask(registry, url);
  if (response.status === 404) return undefined;
  const digest = response.headers.get("docker-content-digest");
  if (response.ok && digest !== null && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new Error(
    `${url}: expected an image's digest, got status ${response.status}; is something else on that port?`,
  );
}

async function ask(registry: string, url: string): Promise<Response> {
  try {
    return await fetch(url, {
      method: "HEAD",
      headers: { accept: manifestTypes.join(", ") },
      signal: AbortSignal.timeout(5000),
    });
  } catch (error) {
    throw new Error(`${registry}: the image registry does not answer`, { cause: error });
  }
}
