import type { BucketUnderFault } from "../../drill/faults/fault.ts";
import type { Bucket } from "../../recovery/lineage/bucket.ts";

/** A bucket's objects as they were, all of them in memory: a bench's are small. */
export class BucketState {
  readonly bucket: Bucket;
  readonly #objects: ReadonlyMap<string, { readonly etag: string; readonly body: Buffer<ArrayBuffer> }>;

  private constructor(
    bucket: Bucket,
    objects: ReadonlyMap<string, { readonly etag: string; readonly body: Buffer<ArrayBuffer> }>,
  ) {
    this.bucket = bucket;
    this.#objects = objects;
  }

  static async of(bucket: Bucket): Promise<BucketState> {
    const objects = new Map<string, { etag: string; body: Buffer<ArrayBuffer> }>();
    for (const { key, etag } of await bucket.list("")) {
      const body = await bucket.read(key);
      if (body !== null) objects.set(key, { etag, body });
    }
    return new BucketState(bucket, objects);
  }

  /** Whatever a fault, or the recovery from it, has changed is as it was. */
  async putBack(): Promise<void> {
    const present = new Map((await this.bucket.list("")).map(({ key, etag }) => [key, etag]));
    for (const key of present.keys()) if (!this.#objects.has(key)) await this.bucket.delete(key);
    for (const [key, { etag, body }] of this.#objects)
      if (present.get(key) !== etag) await this.bucket.store(key, body);
  }
}

/** The bucket as faults change it. */
export function underFault(bucket: Bucket): BucketUnderFault {
  return {
    list: (prefix) => bucket.list(prefix),
    async read(key) {
      const body = await bucket.read(key);
      if (body === null) throw new Error(`the bucket has no ${key}: the fault cannot be made`);
      return body;
    },
    write: (key, body) => bucket.store(key, Buffer.from(body)),
    remove: (key) => bucket.delete(key),
  };
}
