import { bucketLayout } from "../../contract/layout.ts";
import type { Bucket } from "../lineage/bucket.ts";
import { isPointId } from "../point/point-id.ts";
import { proofRecordSchema, type ProofRecord } from "./proof-record.ts";
import { openText, sealText } from "./sealed-text.ts";

/** Proofs of points beside the points off-site: what a new machine holds its restored stores against. */
export class BucketProofs {
  readonly #bucket: Pick<Bucket, "get" | "put" | "delete">;
  readonly #password: string;

  /** @param password that of the repositories: who can read the points can read this, and nobody else */
  constructor(bucket: Pick<Bucket, "get" | "put" | "delete">, password: string) {
    this.#bucket = bucket;
    this.#password = password;
  }

  /**
   * Null when the bucket has none, or none that this password opens: the point then counts as never proven.
   * @throws RecoveryError when the bucket does not answer
   */
  async read(point: string): Promise<ProofRecord | null> {
    const stored = await this.#bucket.get(keyOf(point));
    const text = stored === null ? null : await openText(stored.body, this.#password);
    if (text === null) return null;
    const record = proofRecordSchema.safeParse(JSON.parse(text)).data ?? null;
    // Another point's under this name would pass for a proof of data that nobody looked at.
    return record?.point === point ? record : null;
  }

  /** @throws RecoveryError when it cannot be written */
  async write(record: ProofRecord): Promise<void> {
    const sealed = await sealText(JSON.stringify(record), this.#password);
    await this.#bucket.put(keyOf(record.point), sealed, "application/json", { always: true });
  }

  /** Well when there is none. @throws RecoveryError when the bucket refuses */
  async remove(point: string): Promise<void> {
    await this.#bucket.delete(keyOf(point));
  }
}

function keyOf(point: string): string {
  if (!isPointId(point)) throw new Error(`expected a point's id, got ${JSON.stringify(point)}`);
  return `${bucketLayout.proofs}/${point}.json`;
}
