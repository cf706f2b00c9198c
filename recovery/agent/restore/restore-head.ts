import { HeadStore } from "../../lineage/head-store.ts";
import { confirmClaim, intendClaim, wroteHead } from "../../lineage/claim.ts";
import { HeadChanged, type HeadPort } from "../../restore/phases/ports.ts";
import type { AgentContext } from "../context.ts";

/** The bucket's head record, with a lost condition as an error. */
export function restoreHead({ host, bucket }: Pick<AgentContext, "host" | "bucket">): HeadPort {
  return {
    read: async () => new HeadStore(await bucket()).read(),
    wrote: async (head) => head.nonce === undefined || (await wroteHead(host, head)),
    async replace(head, etag) {
      const place = await bucket();
      const store = new HeadStore(place);
      const present = await store.read();
      // This host's own shipping renews the head while a restore is under way.
      const ownRenewal = etag !== null && present !== null && (await wroteHead(host, present.head));
      const version = ownRenewal ? present.etag : etag;
      const claim = await intendClaim(host, head);
      const marked = { ...head, nonce: claim.intended };
      const won = version === null ? await store.create(marked) : await store.replace(marked, version);
      if (!won) throw new HeadChanged();
      await confirmClaim(host, claim, marked, place.location);
    },
  };
}
