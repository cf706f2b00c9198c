import type { BucketFault, BucketUnderFault, Piece, ShippedFacts } from "./fault.ts";
import type { Random } from "./random.ts";

const damaged = { cause: "pack-damaged", check: "fetch" } as const;

type Which = keyof ShippedFacts["pieces"];

/** Writes a pack anew, as `alter` gives it back. */
const altered =
  (which: Which, alter: (pack: Buffer, piece: Piece, random: Random) => Buffer) =>
  async (bucket: BucketUnderFault, { pieces }: ShippedFacts, random: Random): Promise<void> => {
    const piece = pieces[which];
    await bucket.write(piece.pack, alter(await bucket.read(piece.pack), piece, random));
  };

/** One bit of the piece is another one: which, the seed says. */
function flip(pack: Buffer, { offset, length }: Piece, random: Random): Buffer {
  const at = offset + random.below(length);
  pack.writeUInt8(pack.readUInt8(at) ^ (1 << random.below(8)), at);
  return pack;
}

/** Packs of the off-site repository: bytes of the point that are lost or others. */
export const packFaults: readonly BucketFault[] = [
  {
    ...damaged,
    name: "packs-bit-flipped",
    what: "one bit of a file's content is another one",
    only: true,
    named: [/fetch: /],
    change: altered("data", flip),
  },
  {
    ...damaged,
    name: "packs-tree-bit-flipped",
    what: "one bit of a folder's list is another one",
    named: [/fetch: /],
    change: altered("tree", flip),
  },
  {
    ...damaged,
    name: "packs-truncated",
    what: "a pack ends in the middle of a file's content",
    named: [/fetch: /],
    change: altered("data", (pack, { offset, length }) => pack.subarray(0, offset + Math.floor(length / 2))),
  },
  {
    ...damaged,
    name: "packs-empty",
    what: "a pack has no byte left",
    named: [/fetch: /],
    change: altered("data", () => Buffer.alloc(0)),
  },
  {
    ...damaged,
    name: "packs-shifted",
    what: "a pack has one byte more, in front",
    named: [/fetch: /],
    change: altered("data", (pack) => Buffer.concat([Buffer.alloc(1), pack])),
  },
  {
    ...damaged,
    name: "packs-zeroed",
    what: "a file's content is zeros, as many as before",
    named: [/fetch: /],
    change: altered("data", (pack, { offset, length }) => pack.fill(0, offset, offset + length)),
  },
  {
    ...damaged,
    name: "packs-overwritten",
    what: "a pack of contents holds the bytes of another pack",
    named: [/fetch: /],
    change: async (bucket, { pieces: { data, tree } }) =>
      bucket.write(data.pack, await bucket.read(tree.pack)),
  },
  {
    ...damaged,
    name: "packs-gone",
    what: "a pack of contents is gone",
    named: [/fetch: /],
    change: (bucket, { pieces }) => bucket.remove(pieces.data.pack),
  },
  {
    ...damaged,
    name: "packs-tree-gone",
    what: "a pack of folders is gone",
    named: [/fetch: /],
    change: (bucket, { pieces }) => bucket.remove(pieces.tree.pack),
  },
];
