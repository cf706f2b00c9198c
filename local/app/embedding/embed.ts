import { createHash } from "node:crypto";

/** Length of every vector; the collection in Qdrant is made for it. */
export const dimensions = 64;

/**
 * A unit vector of a text, by hashing its words and their trigrams into 64 places (the hashing trick): texts that share words
 * lie near each other, and the same text gives the same vector on every machine, for ever. Pure.
 */
export function embed(text: string): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const feature of features(text)) {
    const hash = createHash("sha256").update(feature).digest();
    const place = hash.readUInt32BE(0) % dimensions;
    vector[place] = (vector[place] ?? 0) + (hash.readUInt8(4) % 2 === 0 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  // No direction at all: nothing was said, or all of it cancelled out. Still a unit vector, and always the same.
  if (length === 0) return vector.map((_, place) => (place === 0 ? 1 : 0));
  return vector.map((value) => value / length);
}

/** Words, and trigrams of each, so that "order" and "orders" have something in common. */
function features(text: string): string[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.flatMap((word) => {
    const padded = Array.from(`^${word}$`);
    const trigrams = padded.slice(2).map((_, start) => padded.slice(start, start + 3).join(""));
    return [`word:${word}`, ...trigrams];
  });
}
