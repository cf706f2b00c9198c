import { offLoopback } from "../../contract/loopback-registry.ts";

/** An image that a service runs, by what it is pulled with. */
export interface ImageName {
  /** Host of its registry, with its port where it has one; Docker Hub's API has another name than its references. */
  readonly registry: string;
  /** Such as `library/redis`. */
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits: of the manifest, or of the list of them. */
  readonly digest: string;
}

const dockerHub = "registry-1.docker.io";

/**
 * Reads a service's image reference as Docker does; null for one without a digest, which names no certain image. What is pulled from the
 * loopback registry has its own registry's name behind that.
 */
export function parseImageName(reference: string): ImageName | null {
  const [, name = "", digest = ""] =
    /^([a-z0-9][a-z0-9._/:-]*?)(?::[\w][\w.-]{0,127})?@(sha256:[0-9a-f]{64})$/i.exec(
      offLoopback(reference),
    ) ?? [];
  if (name === "") return null;
  const [first = "", ...rest] = name.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (isHost && first !== "docker.io" && first !== "index.docker.io")
    return { registry: first, repository: rest.join("/"), digest };
  const path = isHost ? rest : [first, ...rest];
  return {
    registry: dockerHub,
    repository: path.length === 1 ? `library/${path.join("/")}` : path.join("/"),
    digest,
  };
}
