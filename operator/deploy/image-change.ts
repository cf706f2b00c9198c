import type { LockedImage, LockedImages } from "../../catalog/image-lock.ts";
import { nearest } from "../../catalog/nearest.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";

/** Image key → the reference, with its digest, that services of that image are to run. */
export type WantedImages = ReadonlyMap<string, string>;

const pinned = /^\S+@sha256:[0-9a-f]{64}$/;

/**
 * Reads `KEY=REFERENCE` words. A reference carries its digest: a tag may be moved between two machines, and the way back would be lost.
 * @throws RecoveryError (`usage`) with every problem
 */
export function parseWantedImages(words: readonly string[], lock: LockedImages): WantedImages {
  const wanted = new Map<string, string>();
  const problems = words.flatMap((word) => {
    const at = word.indexOf("=");
    const [key, ref] = at < 0 ? [word, ""] : [word.slice(0, at), word.slice(at + 1)];
    if (ref === "") return [`${word}: expected KEY=REFERENCE@sha256:…, got no reference; write ${key}=…`];
    if (!(key in lock)) {
      const near = nearest(key, Object.keys(lock));
      const advice =
        near === undefined ? `the lock has: ${Object.keys(lock).join(", ")}` : `did you mean ${near}?`;
      return [`${key}: no image of the lock; ${advice}`];
    }
    if (!pinned.test(ref))
      return [
        `${key}: expected a reference that ends in @sha256: and 64 hexadecimal digits, got ${JSON.stringify(ref)}; take the digest from what pushed it`,
      ];
    if (wanted.has(key)) return [`${key}: given twice; give one reference`];
    wanted.set(key, ref);
    return [];
  });
  if (words.length === 0) problems.push("expected KEY=REFERENCE@sha256:…, got nothing; name what to deploy");
  if (problems.length > 0) throw new RecoveryError(exitCodes.usage, problems.join("\n"));
  return wanted;
}

/** What a lock becomes with these images, and a line for each that changes. Pure. */
export function withImages(
  lock: LockedImages,
  wanted: WantedImages,
): { readonly lock: LockedImages; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const entries = Object.entries(lock).map(([key, entry]): [string, LockedImage] => {
    const ref = wanted.get(key);
    if (ref === undefined || ref === entry.ref) return [key, entry];
    lines.push(`${key}: ${entry.ref} → ${ref}`);
    return [key, { ref, version: versionOf(ref), source: entry.source }];
  });
  return { lock: Object.fromEntries(entries), lines };
}

/** The tag, which is what people call it; where there is none, the beginning of the digest. */
function versionOf(ref: string): string {
  const [name = "", digest = ""] = ref.split("@");
  const tag = /:([^:/]+)$/.exec(name)?.[1];
  return tag ?? digest.slice(0, "sha256:".length + 12);
}
