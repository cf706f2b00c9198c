/** How much content there is of one entry, as the store estimates it. */
export interface Extent {
  readonly items: number;
  readonly bytes: number;
}

/**
 * How many items of each entry may be read when `budget` bytes are read in all: small ones whole, and what they leave is shared
 * equally among the large, so that one large collection does not keep the others from being looked at. Pure.
 */
export function shareBudget(
  extents: ReadonlyMap<string, Extent>,
  budget: number,
): ReadonlyMap<string, number | "all"> {
  const shares = new Map<string, number | "all">();
  const ascending = [...extents].sort(([, left], [, right]) => left.bytes - right.bytes);
  let left = budget;
  for (const [index, [path, { items, bytes }]] of ascending.entries()) {
    const share = left / (ascending.length - index);
    if (bytes <= share) {
      shares.set(path, "all");
      left -= bytes;
    } else {
      shares.set(path, Math.floor((share / bytes) * items));
      left -= share;
    }
  }
  return shares;
}
