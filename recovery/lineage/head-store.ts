import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout } from "../../contract/layout.ts";
import type { Bucket } from "./bucket.ts";
import { headSchema, type Head } from "./head.ts";

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

  /** False when there is a head already; it is untouched then. */
  async create(head: Head): Promise<boolean> {
    return this.#write(head, { ifAbsent: true });
  }

  /** False when the head is no longer the one that was read; it is untouched then. */
  async replace(head: Head, etag: string): Promise<boolean> {
    return this.#write(head, { ifMatch: etag });
  }

  async #write(
    head: Head,
    condition: { readonly ifAbsent: true } | { readonly ifMatch: string },
  ): Promise<boolean> {
    return this.#bucket.put(
      bucketLayout.head,
      `${JSON.stringify(headSchema.parse(head), null, 2)}\n`,
      "application/json",
      condition,
    );
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
