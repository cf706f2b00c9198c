import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { onLoopback } from "../contract/loopback-registry.ts";
import { sentenceOf } from "../contract/sentence-of.ts";

/** The lock that is committed: what staging and prod run. From the repository's root. */
export const committedImageLock = "catalog/images.lock.json";

/** What an image brings along, as its registry says; written by `./kaleem images refresh` with the digest that it belongs to. */
const imageFacts = z.strictObject({
  /** A name or numbers, as the image has it; empty for root. */
  user: z.string(),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  /** For Linux, such as `amd64`. */
  architectures: z.array(z.string()).min(1),
  ports: z.array(z.number().int()),
});
export type ImageFacts = z.infer<typeof imageFacts>;

const lockedImage = z.strictObject({
  /** With its digest: what runs is what was tested, whatever a tag is moved to. */
  ref: z.string().min(1),
  /** Null while the digest has still to be looked up; such an image is refused. */
  digest: z.null().optional(),
  version: z.string().min(1),
  source: z.enum(["upstream", "stand-in"]),
  /** Left out where nobody has looked yet. */
  image: imageFacts.optional(),
});
const lockedImages = z.record(z.string(), lockedImage);

/** An image as a lock file has it. */
export type LockedImage = z.infer<typeof lockedImage>;

/** A lock file: image key → the image that services run. */
export type LockedImages = z.infer<typeof lockedImages>;

/** An image lock that cannot be used, in one sentence a problem. */
export class ImageLockError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ImageLockError";
  }
}

/** A lock file's text, digests or not. @throws ImageLockError naming `file` and every problem */
export function parseImageLock(file: string, text: string): LockedImages {
  const parsed = lockedImages.safeParse(json(file, text));
  if (parsed.success) return parsed.data;
  throw new ImageLockError(
    parsed.error.issues.map(({ path, message }) => `${file}: ${path.join(".")}: ${message}`),
  );
}

/** A stack's lock file, whose path is relative to the repository's root or absolute. @throws ImageLockError as `parseImageLock` */
export function readImageLock(repository: string, file: string): LockedImages {
  return parseImageLock(file, readFileSync(resolve(repository, file), "utf8"));
}

/** Image reference → what is in it, such as `8.2 (upstream)`; by its name on the loopback, too. */
export function imageVersions(images: LockedImages): ReadonlyMap<string, string> {
  return new Map(
    Object.values(images).flatMap(({ ref, version, source }) => {
      const names = isPinned(ref) ? [ref, onLoopback(ref)] : [ref];
      return names.map((name) => [name, `${version} (${source})`] as const);
    }),
  );
}

/** Which image each key stands for, by digest. */
export class ImageLock {
  readonly #refs: ReadonlyMap<string, string>;
  readonly #wanted: readonly string[];

  private constructor(refs: ReadonlyMap<string, string>, wanted: readonly string[]) {
    this.#refs = refs;
    this.#wanted = wanted;
  }

  /** Reads a lock file and checks that it has every wanted key with a digest. Throws an ImageLockError with all problems. */
  static load(file: string, wanted: readonly string[]): ImageLock {
    return ImageLock.parse(file, readFileSync(file, "utf8"), wanted);
  }

  static parse(file: string, text: string, wanted: readonly string[]): ImageLock {
    const images = parseImageLock(file, text);
    const problems = wanted.flatMap((key) => {
      const entry = images[key];
      if (entry === undefined) return [`${file}: ${key}: missing; expected {ref, version, source}`];
      if (isPinned(entry.ref)) return [];
      return [
        `${file}: ${key}: expected a reference that ends in @sha256:…, got ${JSON.stringify(entry.ref)}; ` +
          `look it up with: ./kaleem images refresh ${key}`,
      ];
    });
    if (problems.length > 0) throw new ImageLockError(problems);
    return new ImageLock(new Map(Object.entries(images).map(([key, { ref }]) => [key, ref])), wanted);
  }

  /** The same images, by the same digests, as the host gives them from its off-site bucket. */
  onLoopback(): ImageLock {
    const keys = [...new Set(this.#wanted)];
    return new ImageLock(new Map(keys.map((key) => [key, onLoopback(this.ref(key))])), keys);
  }

  /** The references of the wanted ones, sorted, each once. */
  get references(): readonly string[] {
    return [...new Set(this.#wanted.map((key) => this.ref(key)))].sort();
  }

  /** The reference with digest. Throws for a key that was not among the wanted ones. */
  ref(key: string): string {
    const found = this.#refs.get(key);
    if (found === undefined) throw new ImageLockError([`image lock: no image ${JSON.stringify(key)}`]);
    return found;
  }
}

function isPinned(reference: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(reference);
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ImageLockError([`${file}: not JSON: ${sentenceOf(error)}`]);
  }
}
