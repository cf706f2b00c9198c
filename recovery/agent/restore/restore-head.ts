import type { HeadStore } from "../../lineage/head-store.ts";
import { HeadChanged, type HeadPort } from "../../restore/phases/ports.ts";

/** The bucket's head record, with a lost condition as an error. */
export function restoreHead(open: () => Promise<HeadStore>): HeadPort {
  return {
    read: async () => (await open()).read(),
    async replace(head, etag) {
      const store = await open();
      const won = etag === null ? await store.create(head) : await store.replace(head, etag);
      if (!won) throw new HeadChanged();
    },
  };
}
