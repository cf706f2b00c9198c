import { z } from "zod";
import { bucketLayout } from "../../../contract/layout.ts";
import type { Bucket } from "../../lineage/bucket.ts";

const timesSchema = z.object({
  version: z.literal(1),
  images: z.record(
    z.string(),
    z.object({
      /** When a run first saw it. */
      first: z.iso.datetime(),
      /** When a run last saw it, or found it gone: it may have run until then. */
      last: z.iso.datetime(),
      runs: z.boolean(),
    }),
  ),
});

/** From when until when an image ran here, as far as anybody can tell. */
export interface ImageTime {
  readonly first: string;
  readonly last: string;
  readonly runs: boolean;
}

/** Digest → when it ran. */
export type ImageTimes = Readonly<Record<string, ImageTime>>;

/** What the bucket remembers; nothing where there is no such memory, or one that cannot be understood. */
export async function readImageTimes(bucket: Pick<Bucket, "get">): Promise<ImageTimes> {
  const stored = await bucket.get(bucketLayout.imageTimes);
  if (stored === null) return {};
  try {
    return timesSchema.safeParse(JSON.parse(stored.body)).data?.images ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Keeps it; what is lost makes images stay longer, never shorter. */
export async function writeImageTimes(bucket: Pick<Bucket, "put">, images: ImageTimes): Promise<void> {
  const body = `${JSON.stringify({ version: 1, images })}\n`;
  await bucket.put(bucketLayout.imageTimes, body, "application/json", { always: true });
}

/**
 * What is known after a look. An image that has gone since the last look may have run until now. Pure.
 * @param kept Digests that the bucket has: others, once gone, are forgotten.
 */
export function afterLook(
  before: ImageTimes,
  running: ReadonlySet<string>,
  kept: ReadonlySet<string>,
  now: Date,
): ImageTimes {
  const at = now.toISOString();
  const times: Record<string, ImageTime> = {};
  for (const digest of new Set([...running, ...kept])) {
    const known = before[digest];
    if (running.has(digest)) times[digest] = { first: known?.first ?? at, last: at, runs: true };
    // Nobody knows since when: a bucket whose memory was lost.
    else if (known === undefined)
      times[digest] = { first: "1970-01-01T00:00:00.000Z", last: at, runs: false };
    else times[digest] = known.runs ? { ...known, last: at, runs: false } : known;
  }
  return times;
}

/** Whether a point that is kept may have been taken while the image ran. Pure. */
export function isNamedByPoint({ first, last }: ImageTime, instants: readonly string[]): boolean {
  return instants.some((instant) => instant >= first && instant <= last);
}
