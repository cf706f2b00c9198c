import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { contentKey } from "../cache/content-key.ts";
import type { CloudInstance, StackInstance } from "../instance.ts";
import type { Progress } from "../progress.ts";
import { docker } from "./docker.ts";
import {
  type GeneratedLock,
  type LockedImage,
  lockedReference,
  parseLock,
  readReference,
  renderLock,
} from "./image-lock.ts";
import { imageKey, localImage } from "./local-image.ts";
import { registryDigest } from "./registry-client.ts";
import { ownImages, standIns } from "./stand-ins.ts";
import { upstreamAnswers, upstreamImages } from "./upstream.ts";

/** An image that services want: where it comes from, and the key that says whether the lock has it already. */
interface Wanted {
  readonly name: string;
  readonly key: string;
  readonly source: LockedImage["source"];
  /** Gets the image into Docker. */
  fetch(progress: Progress): Promise<{ readonly reference: string; readonly version: string }>;
}

/**
 * Makes sure that the cloud's registry has every image of the catalog, and that the cloud's lock names them by the digests
 * that the registry gives. Upstream's images where their registry answers, else stand-ins; a cloud keeps to what it
 * began with, since MongoDB cannot read its stand-in's files. True when the lock changed.
 * @throws Error when an image can be neither pulled nor made, or the registry does not answer
 */
export async function ensureImages(instance: StackInstance, progress: Progress): Promise<boolean> {
  const { cloud } = instance;
  const before = await readLock(cloud);
  const wanted = await wantedImages(before);
  const present = await Promise.all(wanted.map((image) => keep(cloud, image, before[image.name])));
  const lock: GeneratedLock = {};
  for (const [index, image] of wanted.entries()) {
    lock[image.name] = present[index] ?? (await publish(cloud, image, progress));
  }
  if (renderLock(lock) === renderLock(before)) return false;
  await writeLock(cloud, lock);
  return true;
}

async function wantedImages(before: GeneratedLock): Promise<readonly Wanted[]> {
  const upstream = await upstreamImages();
  const source = await chooseSource(before, upstream.get("mongo")?.ref);
  return Object.entries(standIns).map(([name, recipe]): Wanted => {
    const image = upstream.get(name);
    if (source === "stand-in" || ownImages.has(name) || image === undefined) {
      return {
        name,
        key: imageKey(recipe),
        source: "stand-in",
        fetch: (progress) => localImage(recipe, progress),
      };
    }
    const pull = async (progress: Progress): Promise<{ reference: string; version: string }> => {
      await progress.step(`image ${image.ref}`, () => docker(["pull", "--quiet", image.ref]));
      return { reference: image.ref, version: image.version };
    };
    return { name, key: contentKey([image.ref]), source, fetch: pull };
  });
}

async function chooseSource(
  before: GeneratedLock,
  probe: string | undefined,
): Promise<LockedImage["source"]> {
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

async function readLock(cloud: CloudInstance): Promise<GeneratedLock> {
  try {
    return parseLock(await readFile(cloud.imageLock, "utf8")) ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

async function writeLock(cloud: CloudInstance, lock: GeneratedLock): Promise<void> {
  await mkdir(path.dirname(cloud.imageLock), { recursive: true, mode: 0o700 });
  await writeFile(`${cloud.imageLock}.new`, renderLock(lock));
  await rename(`${cloud.imageLock}.new`, cloud.imageLock);
}
