import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout } from "../../contract/layout.ts";
import type { Bucket } from "./bucket.ts";
import { headSchema, newNonce, type Head } from "./head.ts";

/** The head as read, with the tag that `replace` needs. */
export interface StoredHead {
  readonly head: Head;
  readonly etag: string;
}

/** The bucket's head record. It is changed by conditional write only, so that of two hosts that want to write exactly one wins. */
export class HeadStore {
  readonly #bucket: Bucket;
  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** Null when the bucket has no head yet. A head that cannot be understood is an error, never "none". */
  async read(): Promise<StoredHead | null> {
    const stored = await this.#bucket.get(bucketLayout.head);
    if (stored === null) return null;
    return { head: parseHead(stored.body), etag: stored.etag };
  }

  /** False when there is a head already that another one wrote; it is untouched then. Gives the head a nonce if it has none. */
  async create(head: Head): Promise<boolean> {
    return this.#write(head, { ifAbsent: true });
  }

  /** False when the head is no longer the one that was read; it is untouched then. Gives the head a nonce if it has none. */
  async replace(head: Head, etag: string): Promise<boolean> {
    return this.#write(head, { ifMatch: etag });
  }

  async #write(
    head: Head,
    condition: { readonly ifAbsent: true } | { readonly ifMatch: string },
  ): Promise<boolean> {
    const marked = headSchema.parse({ ...head, nonce: head.nonce ?? newNonce() });
    const body = `${JSON.stringify(marked, null, 2)}\n`;
    const outcome = await this.#bucket.write(bucketLayout.head, body, "application/json", condition);
    if (outcome.written) return true;
    const { stands } = outcome;
    if (stands === null || parseHead(stands.body).nonce !== marked.nonce) return false;
    // An earlier attempt under the same nonce arrived late: it is ours, and may say less.
    return this.#bucket.put(bucketLayout.head, body, "application/json", { ifMatch: stands.etag });
  }
}

function parseHead(body: string): Head {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    value = undefined;
  }
  const parsed = headSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RecoveryError(
    exitCodes.failed,
    `The head record ${bucketLayout.head} in the bucket cannot be understood: do not remove it; find out who wrote it, and whether this agent is too old for it.`,
  );
}
