import { z } from "zod";
import { ConfigError } from "../config/config-error.ts";

/** The lock file of Debian's images at AWS, from the repository's root. */
export const awsImageLock = "catalog/aws-images.lock.json";

/** Debian's own account at AWS: an image of any other is somebody else's. */
export const debianOwner = "136693071363" as const;

const image = z.strictObject({
  ami: z.string().regex(/^ami-[0-9a-f]{8,17}$/, "expected an image's id such as ami-0123456789abcdef0"),
  /** As Debian named it: release, architecture and the day it was built. */
  name: z
    .string()
    .regex(/^debian-\d+-(amd64|arm64)-\d{8}-\d+$/, "expected a name such as debian-13-amd64-20260101-2000"),
});

const lock = z.strictObject({
  owner: z.literal(debianOwner, { error: `expected ${debianOwner}, Debian's own account` }),
  /** Region → architecture → image. */
  regions: z.record(z.string(), z.partialRecord(z.enum(["amd64", "arm64"]), image)),
});

export type AwsImages = z.infer<typeof lock>;
export type AwsImage = z.infer<typeof image>;

/** The lock file's text. @throws ConfigError naming every problem */
export function parseAwsImages(text: string, file = awsImageLock): AwsImages {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(file, ["the file: expected JSON, got something else"]);
  }
  const parsed = lock.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    file,
    parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
  );
}

/** The image that a new machine starts from. @throws ConfigError when the lock has none for the region */
export function awsImage(
  images: AwsImages,
  { region, architecture }: { readonly region: string; readonly architecture: "amd64" | "arm64" },
): AwsImage {
  const found = images.regions[region]?.[architecture];
  if (found !== undefined) return found;
  throw new ConfigError(awsImageLock, [
    `regions.${region}.${architecture}: expected the id of a Debian image, got none; look it up with: ./kaleem images aws ${region}`,
  ]);
}

/** The lock as text, a region a line. */
export function renderAwsImages({ owner, regions }: AwsImages): string {
  const lines = Object.entries(regions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([region, images]) => `    ${JSON.stringify(region)}: ${JSON.stringify(images)}`);
  const body = lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
  return `{\n  "owner": ${JSON.stringify(owner)},\n  "regions": ${body}\n}\n`;
}
