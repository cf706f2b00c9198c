import { randomUUID } from "node:crypto";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { bucketLayout } from "../../contract/layout.ts";
import type { Bucket, WriteCondition } from "../lineage/bucket.ts";
import type { Point } from "./points.ts";

const catalogueSchema = z.object({
  version: z.literal(1),
  renewedAt: z.iso.datetime(),
  /** Of one write: tells it from another one of the same content. */
  nonce: z.string(),
  points: z.array(
    z.object({
      id: z.string(),
      lineage: z.string(),
      generation: z.number().int(),
      instant: z.iso.datetime(),
      stores: z.array(z.string()),
      snapshot: z.string(),
      bytes: z.number().nullable(),
    }),
  ),
});

/** How often a write is tried that others win. */
const tries = 3;

/**
 * The points of the off-site repository in one object: from the kit to the newest point takes one read, where restic's own list
 * takes one for every snapshot. It is a copy of what restic lists, made after each change; restic's list is the truth.
 */
export class PointCatalogue {
  readonly #bucket: Bucket;
  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** Oldest instant first; null when there is none, or one that cannot be understood: restic's list tells then. */
  async read(): Promise<readonly Point[] | null> {
    const stored = await this.#bucket.get(bucketLayout.pointCatalogue);
    return stored === null ? null : parse(stored.body);
  }

  /**
   * Says what there is now. Writes only over what it has read, and nothing when that says the same.
   * @throws RecoveryError when it cannot be written.
   */
  async renew(points: readonly Point[], now: Date): Promise<"renewed" | "unchanged"> {
    for (let count = 1; ; count += 1) {
      const stored = await this.#bucket.get(bucketLayout.pointCatalogue);
      if (stored !== null && JSON.stringify(parse(stored.body)) === JSON.stringify(points.map(entryOf)))
        return "unchanged";
      const condition: WriteCondition = stored === null ? { ifAbsent: true } : { ifMatch: stored.etag };
      const renewedAt = now.toISOString();
      const body = `${JSON.stringify({ version: 1, renewedAt, nonce: randomUUID(), points: points.map(entryOf) })}\n`;
      if (await this.#bucket.put(bucketLayout.pointCatalogue, body, "application/json", condition))
        return "renewed";
      if (count === tries)
        throw new RecoveryError(
          exitCodes.failed,
          `The list of points ${bucketLayout.pointCatalogue} in the bucket is changed by somebody else at the same time: find out which host writes there. The points themselves are safe.`,
        );
    }
  }
}

function parse(body: string): readonly Point[] | null {
  try {
    const parsed = catalogueSchema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.points.map(entryOf) : null;
  } catch {
    return null;
  }
}

/** In one order of fields, so that equal ones read equal. */
function entryOf({ id, lineage, generation, instant, stores, snapshot, bytes }: Point): Point {
  return { id, lineage, generation, instant, stores, snapshot, bytes };
}
