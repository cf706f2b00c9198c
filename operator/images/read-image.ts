import { z } from "zod";
import type { ImageFacts } from "../../catalog/image-lock.ts";
import { readManifest } from "../../recovery/images/image-manifest.ts";
import type { Registry } from "../../recovery/images/registry.ts";

const listSchema = z.looseObject({
  manifests: z.array(
    z.looseObject({ platform: z.looseObject({ os: z.string(), architecture: z.string() }).optional() }),
  ),
});
const configSchema = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  config: z
    .looseObject({
      User: z.string().nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});

/** An image's configuration is a few kilobytes; more than this is none. */
const largestConfig = 4 * 2 ** 20;
/** Of several, what is read; else the first. */
const usual = "amd64";

/**
 * What an image brings along, as its registry has it: who it runs as, what it starts, and for which machines it is. Of a list of platforms,
 * its image for amd64 is read, or else its first.
 * @param digest of a manifest or of a list; everything is held against it
 * @throws Error in one sentence: not reached, refused, not there, no image for Linux, or none at all
 */
export async function readImage(
  registry: Pick<Registry, "manifest" | "blob">,
  repository: string,
  digest: string,
): Promise<ImageFacts> {
  const { bytes } = await registry.manifest(repository, digest);
  const listed = platformsOf(bytes);
  if (listed === null) return readOne(registry, repository, bytes, []);
  const [first] = listed;
  if (first === undefined) throw new Error(`${repository}@${digest} is a list without an image for Linux`);
  const content = readManifest(bytes, listed.includes(usual) ? usual : first);
  const [manifest] = content.kind === "list" ? content.manifests : [];
  if (manifest === undefined) throw new Error(`${repository}@${digest} is no list of images`);
  return readOne(registry, repository, (await registry.manifest(repository, manifest.digest)).bytes, listed);
}

/** Architectures of a list's images for Linux, sorted; null for what is no list. */
function platformsOf(bytes: Buffer): readonly string[] | null {
  const list = listSchema.safeParse(JSON.parse(bytes.toString("utf8")));
  if (!list.success) return null;
  const linux = list.data.manifests.flatMap(({ platform }) =>
    platform?.os === "linux" ? [platform.architecture] : [],
  );
  return [...new Set(linux)].sort();
}

async function readOne(
  registry: Pick<Registry, "blob">,
  repository: string,
  bytes: Buffer,
  listed: readonly string[],
): Promise<ImageFacts> {
  const content = readManifest(bytes, usual);
  const [descriptor] = content.kind === "image" ? content.blobs : [];
  if (descriptor === undefined || descriptor.size > largestConfig)
    throw new Error(`${repository} has no image's configuration behind its manifest`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of registry.blob(repository, descriptor)) chunks.push(chunk);
  const parsed = configSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  if (!parsed.success || parsed.data.os !== "linux")
    throw new Error(`${repository}: what its manifest names is no configuration of an image for Linux`);
  const { architecture, config } = parsed.data;
  const ports = Object.keys(config?.ExposedPorts ?? {}).map((port) => Number(port.split("/")[0]));
  return {
    user: config?.User ?? "",
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    architectures: listed.length > 0 ? [...listed] : [architecture],
    ports: ports.filter(Number.isInteger).sort((a, b) => a - b),
  };
}
