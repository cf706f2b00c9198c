import type { DockerClient } from "../api/docker-client.ts";
import { DockerError, DockerTimeout } from "../api/docker-client.ts";
import { list, object, text } from "../api/json.ts";
import type { JsonObject } from "../api/json.ts";

/** A registry that does not answer must not hold up what needs no answer. */
const lookupMilliseconds = 10_000;

/** What a registry knows of an image. */
export interface RegistryImage {
  readonly digest: string;
  readonly platforms: readonly JsonObject[];
}

/**
 * Asks the image's registry, through Docker, for digest and platforms, as `docker service create` and the official plugin
 * do before a create. Only an image whose name holds a registry is looked up. `undefined` when there is no answer: Swarm
 * then pulls by the name as it is.
 */
export async function lookUpImage(
  docker: DockerClient,
  image: string,
  signal: AbortSignal,
): Promise<RegistryImage | undefined> {
  if (!hasRegistry(image)) return undefined;
  const path = `/distribution/${image.split("/").map(encodeURIComponent).join("/")}/json`;
  try {
    const call = { method: "GET", path, signal, timeoutMilliseconds: lookupMilliseconds } as const;
    const answer = object(await docker.json(call));
    const platforms = list(answer["Platforms"]).map(object);
    return { digest: text(object(answer["Descriptor"])["digest"]), platforms };
  } catch (error) {
    if (error instanceof DockerError || error instanceof DockerTimeout) return undefined;
    throw error;
  }
}

/** Docker takes the first part of a name for a registry when it holds a dot or colon, or is localhost. */
export function hasRegistry(image: string): boolean {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
}

/** The spec with what the registry answered: the digest where the name has none, and the platforms for placing tasks. */
export function withRegistryImage(spec: JsonObject, found: RegistryImage | undefined): JsonObject {
  if (found === undefined) return spec;
  const task = object(spec["TaskTemplate"]);
  const container = object(task["ContainerSpec"]);
  const image = text(container["Image"]);
  const pinned = image.includes("@") || found.digest === "" ? image : `${image}@${found.digest}`;
  const platforms = found.platforms.map((platform) => ({
    // Registries and nodes name arm differently; the Docker client leaves it out, too.
    Architecture: text(platform["architecture"]) === "arm" ? "" : text(platform["architecture"]),
    OS: text(platform["os"]),
  }));
  return {
    ...spec,
    TaskTemplate: {
      ...task,
      ContainerSpec: { ...container, Image: pinned },
      Placement: {
        ...object(task["Placement"]),
        ...(platforms.length === 0 ? {} : { Platforms: platforms }),
      },
    },
  };
}
