import { bucketLayout } from "../../contract/layout.ts";
import type { BucketFault } from "./fault.ts";

/** What a recovery must get over: something is missing that is not needed, or can be made anew. */
export type Harmless = Pick<BucketFault, "name" | "what" | "change">;

export const harmless: readonly Harmless[] = [
  {
    name: "harmless-index-gone",
    what: "every index file of the repository is gone",
    change: async (bucket) => {
      for (const { key } of await bucket.list(`${bucketLayout.repository}/index/`)) await bucket.remove(key);
    },
  },
  {
    name: "harmless-packs-swapped",
    what: "two packs stand in each other's place: what each holds is found when the index is made anew",
    change: async (bucket, { pieces: { data, tree } }) => {
      const [first, second] = [await bucket.read(data.pack), await bucket.read(tree.pack)];
      await bucket.write(data.pack, second);
      await bucket.write(tree.pack, first);
    },
  },
  {
    name: "harmless-catalogue-gone",
    what: "the catalogue of points is gone: restic's own list tells",
    change: (bucket) => bucket.remove(bucketLayout.pointCatalogue),
  },
  {
    name: "harmless-catalogue-garbled",
    what: "the catalogue of points is no JSON",
    change: (bucket) => bucket.write(bucketLayout.pointCatalogue, "{"),
  },
  {
    name: "harmless-kit-record-gone",
    what: "the record of the kit's last check is gone",
    change: (bucket) => bucket.remove(bucketLayout.kitCheck),
  },
];
