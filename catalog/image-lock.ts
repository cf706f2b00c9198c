import { readFileSync } from "node:fs";
import { z } from "zod";
import { sentenceOf } from "../contract/sentence-of.ts";

const image = z.strictObject({
  /** With its digest: what runs is what was tested, whatever a tag is moved to. */
  ref: z.string().min(1),
  /** Null while the digest has still to be looked up; such an image is refused. */
  digest: z.null().optional(),
  version: z.string().min(1),
  source: z.enum(["upstream", "stand-in"]),
});
const imageLockSchema = z.record(z.string(), image);

/** An image lock that cannot be used, in one sentence a problem. */
export class ImageLockError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.name = "ImageLockError";
  }
}

/** Which image each key stands for, by digest. */
export class ImageLock {
  readonly #refs: ReadonlyMap<string, string>;

  constructor(refs: ReadonlyMap<string, string>) {
    this.#refs = refs;
  }

  /** Reads a lock file and checks that it has every wanted key with a digest. Throws an ImageLockError with all problems. */
  static load(file: string, wanted: readonly string[]): ImageLock {
    return ImageLock.parse(file, readFileSync(file, "utf8"), wanted);
  }

  static parse(file: string, text: string, wanted: readonly string[]): ImageLock {
    const parsed = imageLockSchema.safeParse(json(file, text));
    if (!parsed.success) {
      throw new ImageLockError(
        parsed.error.issues.map(({ path, message }) => `${file}: ${path.join(".")}: ${message}`),
      );
    }
    const problems = wanted.flatMap((key) => {
      const entry = parsed.data[key];
      if (entry === undefined) return [`${file}: ${key}: missing; expected {ref, version, source}`];
      if (/@sha256:[0-9a-f]{64}$/.test(entry.ref)) return [];
      return [
        `${file}: ${key}: expected a reference that ends in @sha256:…, got ${JSON.stringify(entry.ref)}; ` +
          `look it up with: npm run images -- refresh ${key}`,
      ];
    });
    if (problems.length > 0) throw new ImageLockError(problems);
    return new ImageLock(new Map(Object.entries(parsed.data).map(([key, { ref }]) => [key, ref])));
  }

  /** The reference with digest. Throws for a key that was not among the wanted ones. */
  ref(key: string): string {
    const found = this.#refs.get(key);
    if (found === undefined) throw new ImageLockError([`image lock: no image ${JSON.stringify(key)}`]);
    return found;
  }
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ImageLockError([`${file}: not JSON: ${sentenceOf(error)}`]);
  }
}
