import { type AwsImage, type AwsImages, debianOwner } from "../../components/machine/aws-image.ts";
import type { Ec2Client } from "../../toolchain/providers/aws/ec2-client.ts";
import { type Element, elementsAt, textAt } from "../../toolchain/providers/aws/xml.ts";

const architectures = { amd64: "x86_64", arm64: "arm64" } as const;
type Architecture = keyof typeof architectures;

/** Asks a region of AWS for Debian's newest image of each architecture. @throws Ec2Error when AWS refuses */
export async function lookUpAwsImages(
  client: Pick<Ec2Client, "call">,
  debian: string,
  signal: AbortSignal,
): Promise<Partial<Record<Architecture, AwsImage>>> {
  const answer = await client.call(
    "DescribeImages",
    {
      "Owner.1": debianOwner,
      "Filter.1.Name": "name",
      "Filter.1.Value.1": `debian-${debian}-*`,
      "Filter.2.Name": "state",
      "Filter.2.Value.1": "available",
    },
    signal,
  );
  return newestImages(elementsAt(answer, "imagesSet.item"), debian);
}

/** The newest image of each architecture, of Debian's own account alone, whatever else was answered. Pure. */
export function newestImages(
  found: readonly Element[],
  debian: string,
): Partial<Record<Architecture, AwsImage>> {
  const images = Object.entries(architectures).flatMap(([name, architecture]) => {
    const form = new RegExp(`^debian-${debian}-${name}-\\d{8}-\\d+$`);
    const [newest] = found
      .filter(
        (one) =>
          textAt(one, "imageOwnerId") === debianOwner &&
          textAt(one, "architecture") === architecture &&
          form.test(textAt(one, "name")),
      )
      .sort((a, b) => (textAt(a, "creationDate") < textAt(b, "creationDate") ? 1 : -1));
    if (newest === undefined) return [];
    return [[name, { ami: textAt(newest, "imageId"), name: textAt(newest, "name") }] as const];
  });
  return Object.fromEntries(images);
}

/** The lock with what a region has now, and a line for each image. Pure. */
export function withRegion(
  lock: AwsImages,
  region: string,
  found: Partial<Record<Architecture, AwsImage>>,
): { readonly lock: AwsImages; readonly lines: readonly string[] } {
  const former = lock.regions[region] ?? {};
  const lines = (Object.keys(architectures) as Architecture[]).map((name) => {
    const [before, now] = [former[name], found[name]];
    if (now === undefined)
      return `${region} ${name}: none found${before === undefined ? "" : `; ${before.ami} stays`}`;
    return before?.ami === now.ami
      ? `${region} ${name}: ${now.ami} (${now.name}), unchanged`
      : `${region} ${name}: ${now.ami} (${now.name})${before === undefined ? "" : `, was ${before.ami} (${before.name})`}`;
  });
  return { lock: { ...lock, regions: { ...lock.regions, [region]: { ...former, ...found } } }, lines };
}
