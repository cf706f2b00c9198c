import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { Bucket } from "../../recovery/lineage/bucket.ts";
import type { ListedObject } from "../../recovery/lineage/bucket-listing.ts";
import {
  copyOrder,
  digestInName,
  isAsNamed,
  isSafePath,
  isWorthCopying,
} from "../../recovery/lineage/copied-object.ts";

/** What a pull is to do. */
export interface PullOptions {
  /** Where the copy is, or is to be made. */
  readonly directory: string;
  /** Reads every file that is there already, too, and holds it against its name. @default false */
  readonly verify?: boolean;
  /** Removes what the bucket no longer has. @default false */
  readonly removeGone?: boolean;
  readonly onProgress?: (done: { readonly bytes: number; readonly of: number }) => void;
  readonly now?: () => Date;
}

/** What a pull did, and what the directory holds now. */
export interface PullReport {
  readonly fetched: number;
  readonly bytesFetched: number;
  readonly objects: number;
  readonly bytes: number;
  /** Files that the bucket no longer has. */
  readonly gone: number;
  readonly removed: number;
  /** Objects, here or in the bucket, whose content is not what their name says. */
  readonly damaged: readonly string[];
}

/** How often the bucket is listed anew when a prune takes something away meanwhile. */
const rounds = 4;
/** Requests at once: a pack is held in memory while it is checked. */
const atOnce = 4;

/**
 * Brings everything of an off-site bucket into a directory: restic's repository as it is, encrypted, and what names its newest point
 * and its stack file. Only what is missing is fetched; each file is checked against its name before it gets it. Nothing that is in the
 * directory is removed or lost: a file that changed in the bucket leaves its former content below `former/`.
 * @throws Error when the bucket changes faster than it can be read
 */
export async function pull(bucket: Bucket, options: PullOptions): Promise<PullReport> {
  const { directory } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  let fetched = 0;
  let bytesFetched = 0;
  const damaged = new Set<string>();
  for (let round = 1; ; round += 1) {
    const all = await bucket.list("");
    for (const { key } of all) if (isWorthCopying(key) && !isSafePath(key)) damaged.add(key);
    const listed = all
      .filter(({ key }) => isWorthCopying(key) && isSafePath(key))
      .sort((a, b) => copyOrder(a.key) - copyOrder(b.key));
    const missing: ListedObject[] = [];
    for (const object of listed) if (!(await isHere(directory, object, damaged))) missing.push(object);
    const of = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    let bytes = 0;
    const vanished = await inOrder(missing, async (object) => {
      const content = await bucket.read(object.key);
      if (content === null) return false;
      if (!isAsNamed(object.key, content)) {
        damaged.add(object.key);
        return true;
      }
      await place(directory, object.key, content, options.now?.() ?? new Date());
      fetched += 1;
      bytesFetched += content.length;
      bytes += content.length;
      options.onProgress?.({ bytes, of });
      return true;
    });
    if (vanished > 0) {
      // A prune took packs away whose content is in new ones by now.
      if (round < rounds) continue;
      throw new Error(
        `${directory}: the bucket changed ${rounds} times while it was read; what was fetched stays. Run it again.`,
      );
    }
    const inBucket = new Set(listed.map(({ key }) => key));
    return finish(options, inBucket, { fetched, bytesFetched, damaged });
  }
}

async function finish(
  { directory, verify = false, removeGone = false }: PullOptions,
  inBucket: ReadonlySet<string>,
  done: { readonly fetched: number; readonly bytesFetched: number; readonly damaged: Set<string> },
): Promise<PullReport> {
  let objects = 0;
  let bytes = 0;
  let gone = 0;
  let removed = 0;
  for (const key of await filesBelow(directory)) {
    if (key.startsWith("former/")) continue;
    const path = join(directory, key);
    if (!inBucket.has(key)) {
      gone += 1;
      if (removeGone) {
        await rm(path);
        removed += 1;
        continue;
      }
    }
    const digest = digestInName(key);
    if (verify && digest !== null && (await digestOf(path)) !== digest) done.damaged.add(key);
    objects += 1;
    bytes += (await stat(path)).size;
  }
  const { fetched, bytesFetched, damaged } = done;
  return { fetched, bytesFetched, objects, bytes, gone, removed, damaged: [...damaged].sort() };
}

/** Objects of one kind side by side, one kind after the other. Returns how many were no longer there. */
async function inOrder(
  objects: readonly ListedObject[],
  fetch: (object: ListedObject) => Promise<boolean>,
): Promise<number> {
  for (let at = 0; at < objects.length;) {
    const kind = copyOrder(objects[at]?.key ?? "");
    const alike = objects.slice(at).filter(({ key }) => copyOrder(key) === kind);
    let next = 0;
    let vanished = 0;
    const worker = async (): Promise<void> => {
      for (let object = alike[next++]; object !== undefined; object = alike[next++])
        if (!(await fetch(object))) vanished += 1;
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    // What comes after would name what is not here.
    if (vanished > 0) return vanished;
    at += alike.length;
  }
  return 0;
}

/** By size for what its name holds fast; everything else is small, and compared by its bytes. */
async function isHere(
  directory: string,
  { key, bytes, etag }: ListedObject,
  damaged: Set<string>,
): Promise<boolean> {
  const path = join(directory, key);
  const size = await unlessMissing(stat(path).then((found) => found.size));
  if (size === null) return false;
  if (digestInName(key) !== null) {
    // The bucket's may be the damaged one: what is here under this name was right when it came.
    if (size !== bytes) damaged.add(key);
    return true;
  }
  return size === bytes && (await digestOf(path, "md5")) === etag.replaceAll('"', "");
}

/** The bytes are on the disk before the name is. A file that is replaced is kept. */
async function place(directory: string, key: string, content: Buffer, now: Date): Promise<void> {
  const path = join(directory, key);
  const partial = `${path}.partial`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(partial, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  if ((await unlessMissing(stat(path))) !== null) {
    const stamp = now.toISOString().replaceAll(/[-:]/g, "").slice(0, 15);
    const former = join(directory, "former", `${stamp}Z`, key);
    await mkdir(dirname(former), { recursive: true, mode: 0o700 });
    await rename(path, former);
  }
  await rename(partial, path);
}

/** Every file of a copy, by its key; none that is half written. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".partial"))
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

async function digestOf(path: string, algorithm: "sha256" | "md5" = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

/** Null when there is no such file. */
async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
