/** An image as a registry knows it. */
export interface ImageReference {
  /** Host that answers the registry's API, with its port where it has one. */
  readonly host: string;
  /** Such as `library/redis`. */
  readonly repository: string;
  readonly tag: string;
}

/** Docker Hub's name in references, and the host that answers for it. */
const dockerHub = { name: "docker.io", host: "registry-1.docker.io" };

/**
 * Reads `registry/repository:tag`, with or without a digest behind it. The registry and the tag must be said: Docker's own
 * fill-ins (`docker.io`, `latest`) would make a lock file guess.
 * @throws Error naming the reference when a part is missing
 */
export function parseImageReference(reference: string): ImageReference {
  const [, registry, repository, tag] =
    /^([a-z0-9.-]+(?::\d{1,5})?)\/([a-z0-9._/-]+):([A-Za-z0-9_][A-Za-z0-9._-]{0,127})(?:@sha256:[0-9a-f]{64})?$/.exec(
      reference,
    ) ?? [];
  if (registry === undefined || repository === undefined || tag === undefined) {
    throw new Error(`${reference}: expected registry/repository:tag, such as docker.io/library/redis:8.0`);
  }
  return { host: registry === dockerHub.name ? dockerHub.host : registry, repository, tag };
}
