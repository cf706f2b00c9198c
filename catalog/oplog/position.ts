import { z } from "zod";

/** A place in an oplog: its timestamp, seconds since 1970 and a counter within the second. Later entries have greater ones. */
export const positionSchema = z.strictObject({
  t: z.number().int().nonnegative(),
  i: z.number().int().nonnegative(),
});
export type Position = z.infer<typeof positionSchema>;

/** Negative when `a` comes before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.t - b.t || a.i - b.i;
}

/** As MongoDB's own tools write it, such as `1764562509:3`. */
export function positionText({ t, i }: Position): string {
  return `${t}:${i}`;
}

/** Null for what is no position. */
export function parsePosition(text: string): Position | null {
  const found = /^(\d{1,10}):(\d{1,10})$/.exec(text);
  return found === null ? null : { t: Number(found[1]), i: Number(found[2]) };
}

/** The second of a position, for people. */
export function timeOf({ t }: Position): string {
  return new Date(t * 1000).toISOString().replace(".000Z", "Z");
}
