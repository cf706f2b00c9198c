import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { LockedImage, LockedImages } from "../../catalog/image-lock.ts";
import { contentKey } from "../../workstation/cache/content-key.ts";
import { readIfThere } from "../../workstation/read-if-there.ts";
import type { CloudInstance, StackInstance } from "../instance.ts";
import type { Progress } from "../../workstation/progress.ts";
import { docker } from "./docker.ts";
import { lockedReference, parseLock, readReference, renderLock } from "./image-lock.ts";
import { ImageMissingError } from "./image-missing-error.ts";
import { imageKey, localImage } from "./local-image.ts";
import type { ImageRecipe } from "./recipe.ts";
import { registryDigest } from "../../operator/images/registry-client.ts";
import { ownImages, standIns } from "./stand-ins.ts";
import { type UpstreamImage, upstreamAnswers, upstreamImages } from "./upstream.ts";
import type { UpstreamOnlyService } from "./upstream-only.ts";

/** An image that services want: where it comes from, and the key that says whether the lock has it already. */
interface Wanted {
  readonly name: string;
  readonly key: string;
  readonly source: LockedImage["source"];
  /** Gets the image into Docker. */
  fetch(progress: Progress): Promise<{ readonly reference: string; readonly version: string }>;
}

/** What came of it. */
export interface EnsuredImages {
  /** Whether the lock is another than before. */
  readonly changed: boolean;
  /** Services whose image is not available on this machine; the stack does without them. */
  readonly missing: readonly UpstreamOnlyService[];
}

/**
 * Makes sure that the cloud's registry has every image of the catalog, and that the cloud's lock names them by the digests
 * that the registry gives. Upstream's images where their registry answers, else stand-ins; a cloud keeps to what it
 * began with, since MongoDB cannot read its stand-in's files. `services` are those without a stand-in.
 * @throws ImageMissingError when one of them is demanded and there is no upstream
 * @throws Error when an image can be neither pulled nor made, or the registry does not answer
 */
export async function ensureImages(
  instance: StackInstance,
  progress: Progress,
  services: readonly UpstreamOnlyService[] = [],
): Promise<EnsuredImages> {
  const { cloud } = instance;
  const before = await readLock(cloud);
  const { wanted, missing } = await wantedImages(before, services);
  const present = await Promise.all(wanted.map((image) => keep(cloud, image, before[image.name])));
  const lock: LockedImages = {};
  for (const [index, image] of wanted.entries()) {
    lock[image.name] = present[index] ?? (await publish(cloud, image, progress));
  }
  const changed = renderLock(lock) !== renderLock(before);
  if (changed) await writeLock(cloud, lock);
  return { changed, missing };
}

async function wantedImages(
  before: LockedImages,
  services: readonly UpstreamOnlyService[],
): Promise<{ readonly wanted: readonly Wanted[]; readonly missing: readonly UpstreamOnlyService[] }> {
  const upstream = upstreamImages();
  const source = await chooseSource(before, upstream.get("mongo")?.ref);
  const made = Object.entries(standIns).map(([name, recipe]): Wanted => {
    const image = upstream.get(name);
    return source === "stand-in" || ownImages.has(name) || image === undefined
      ? standIn(name, recipe)
      : pulled(name, image);
  });
  const missing = services.filter(({ image }) => source === "stand-in" || !upstream.has(image));
  const demanded = missing.filter(({ isDemanded }) => isDemanded);
  if (demanded.length > 0) throw new ImageMissingError(demanded, upstream);
  const names = new Set(services.filter((service) => !missing.includes(service)).map(({ image }) => image));
  const others = [...upstream]
    .filter(([name]) => names.has(name))
    .map(([name, image]) => pulled(name, image));
  return { wanted: [...made, ...others], missing };
}

function standIn(name: string, recipe: ImageRecipe): Wanted {
  const key = imageKey(recipe);
  return { name, key, source: "stand-in", fetch: (progress) => localImage(recipe, progress, key) };
}

function pulled(name: string, { ref, version }: UpstreamImage): Wanted {
  const fetch: Wanted["fetch"] = async (progress) => {
    await progress.step(`image ${ref}`, () => docker(["pull", "--quiet", ref]));
    return { reference: ref, version };
  };
  return { name, key: contentKey([ref]), source: "upstream", fetch };
}

async function chooseSource(before: LockedImages, probe: string | undefined): Promise<LockedImage["source"]> {
  const begun = before["mongo"]?.source;
  if (begun !== undefined) return begun;
  return probe !== undefined && (await upstreamAnswers(probe)) ? "upstream" : "stand-in";
}

/** The lock's own entry, when it is of the wanted content and the registry still has it. */
async function keep(
  cloud: CloudInstance,
  image: Wanted,
  locked: LockedImage | undefined,
): Promise<LockedImage | undefined> {
  if (locked?.source !== image.source) return undefined;
  const reference = readReference(cloud, image.name, locked.ref);
  if (reference?.key !== image.key) return undefined;
  const found = await registryDigest(localRegistry(cloud), `kaleem/${image.name}`, reference.digest);
  return found === reference.digest ? locked : undefined;
}

async function publish(cloud: CloudInstance, image: Wanted, progress: Progress): Promise<LockedImage> {
  const { reference, version } = await image.fetch(progress);
  const pushed = `${localRegistry(cloud)}/kaleem/${image.name}:${image.key}`;
  await docker(["tag", reference, pushed]);
  await progress.step(`image ${image.name} into the registry`, async (report) => {
    await docker(["push", "--quiet", pushed]);
    report(`${image.source}, ${version}`);
  });
  await docker(["image", "rm", pushed]);
  const digest = await registryDigest(localRegistry(cloud), `kaleem/${image.name}`, image.key);
  if (digest === undefined) throw new Error(`${pushed}: pushed, but the registry does not have it`);
  return { ref: lockedReference(cloud, image.name, image.key, digest), version, source: image.source };
}

/** From this machine: Docker takes a registry on the loopback address without TLS. */
function localRegistry(cloud: CloudInstance): string {
  return `127.0.0.1:${cloud.registry.port}`;
}

async function readLock(cloud: CloudInstance): Promise<LockedImages> {
  const text = await readIfThere(cloud.imageLock);
  return text === null ? {} : (parseLock(text) ?? {});
}

async function writeLock(cloud: CloudInstance, lock: LockedImages): Promise<void> {
  await mkdir(path.dirname(cloud.imageLock), { recursive: true, mode: 0o700 });
  await writeFile(`${cloud.imageLock}.new`, renderLock(lock));
  await rename(`${cloud.imageLock}.new`, cloud.imageLock);
}
