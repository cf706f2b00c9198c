import { z } from "zod";

const descriptor = z.looseObject({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  mediaType: z.string(),
  size: z.number().int().nonnegative(),
});
export type Descriptor = Pick<z.infer<typeof descriptor>, "digest" | "mediaType" | "size">;

const listSchema = z.looseObject({
  manifests: z.array(
    descriptor.extend({
      platform: z.looseObject({ os: z.string(), architecture: z.string() }).optional(),
    }),
  ),
});
const imageSchema = z.looseObject({ config: descriptor, layers: z.array(descriptor) });

/** What a manifest names: the manifests of a list that are for this platform, or the parts of one image. */
export type ManifestContent =
  | { readonly kind: "list"; readonly manifests: readonly Descriptor[] }
  | { readonly kind: "image"; readonly blobs: readonly Descriptor[] };

/** What a registry is asked for: single images and lists of them, of Docker's kind and of OCI's. */
export const manifestTypes: readonly string[] = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/**
 * Reads a manifest. Of a list, what is for another platform is left out, and so is what is for none, such as a signature.
 * @param architecture In Go's words, such as `amd64`; the system is Linux
 * @throws Error when it is neither, or a list has nothing for the platform
 */
export function readManifest(bytes: Buffer, architecture: string): ManifestContent {
  const json: unknown = JSON.parse(bytes.toString("utf8"));
  const list = listSchema.safeParse(json);
  if (list.success) {
    const manifests = list.data.manifests.filter(
      ({ platform }) => platform?.os === "linux" && platform.architecture === architecture,
    );
    if (manifests.length === 0) throw new Error(`it is a list without an image for linux/${architecture}`);
    return { kind: "list", manifests };
  }
  const image = imageSchema.safeParse(json);
  if (!image.success) throw new Error("it is neither an image's manifest nor a list of them");
  return { kind: "image", blobs: [image.data.config, ...image.data.layers] };
}

/** This machine's architecture as images name it. */
export function thisArchitecture(arch: string = process.arch): string {
  return arch === "x64" ? "amd64" : arch;
}
