import {
  type ImageFacts,
  ImageLockError,
  parseImageLock,
  type LockedImages,
} from "../../catalog/image-lock.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { imageChanges, refuseArchitectures } from "./compare-images.ts";

/** What a tag stands for now. */
export interface LookedUp {
  readonly digest: string;
  readonly image: ImageFacts;
}

/** What a refresh came to. */
export interface Refreshed {
  readonly lock: LockedImages;
  /** One line for each image that was asked for, in the lock's order. */
  readonly lines: readonly string[];
  /** How many could not be looked up; those are as they were. */
  readonly failed: number;
}

/** Reads the committed lock's text: every image of it has an upstream to ask. @throws ImageLockError naming `file` and every problem */
export function parseUpstreamLock(file: string, text: string): LockedImages {
  const lock = parseImageLock(file, text);
  const others = Object.entries(lock).filter(([, { source }]) => source !== "upstream");
  if (others.length === 0) return lock;
  throw new ImageLockError(
    others.map(
      ([key, { source }]) =>
        `${file}: ${key}: expected the source upstream, got ${source}: name the image that is to be pinned`,
    ),
  );
}

/** The lock as text, an image a line: a refresh shows as just those lines in a diff. */
export function renderUpstreamLock(lock: LockedImages): string {
  const lines = Object.entries(lock).map(([key, entry]) => {
    const fields = Object.entries(entry).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`);
    return `  ${JSON.stringify(key)}: { ${fields.join(", ")} }`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/**
 * Looks up what each image's tag stands for now and writes it behind the tag, with what the image brings along: another user, entry point,
 * command or port is said, and an image that has lost an architecture is refused. One that cannot be looked up stays as it was, and its
 * cause is said: a private registry must not keep the others from being pinned.
 * @param keys Only these; all when there are none
 * @param look What a reference stands for; rejects with a sentence
 * @throws Error naming every key that the lock does not have
 */
export async function refreshLock(
  lock: LockedImages,
  keys: readonly string[],
  look: (reference: string) => Promise<LookedUp>,
): Promise<Refreshed> {
  const unknown = keys.filter((key) => !(key in lock));
  if (unknown.length > 0) {
    throw new Error(
      `no image "${unknown.join('", "')}" in the lock; it has: ${Object.keys(lock).join(", ")}`,
    );
  }
  const results = await Promise.all(
    Object.entries(lock).map(async ([key, entry]) => {
      if (keys.length > 0 && !keys.includes(key)) return { key, entry, line: null, failed: false };
      const tag = entry.ref.replace(/@.*/, "");
      try {
        const { digest, image } = await look(tag);
        const refusal = refuseArchitectures(entry.image, image);
        if (refusal !== null) throw new Error(refusal);
        const ref = `${tag}@${digest}`;
        const what = ref === entry.ref ? "unchanged" : entry.ref === tag ? "pinned" : "changed";
        const { version, source } = entry;
        const line = [`✓ ${key}: ${what}, ${ref}`, ...imageChanges(entry.image, image)].join("; ");
        return { key, entry: { ref, version, source, image }, line, failed: false };
      } catch (error) {
        const why = sentenceOf(error);
        return { key, entry, line: `✗ ${key}: ${why}`, failed: true };
      }
    }),
  );
  return {
    lock: Object.fromEntries(results.map(({ key, entry }) => [key, entry])),
    lines: results.flatMap(({ line }) => line ?? []),
    failed: results.filter(({ failed }) => failed).length,
  };
}
