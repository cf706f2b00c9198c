import { z } from "zod";

const uuid = z.string().regex(/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i, "expected a UUID");

/** A point's name: a UUID or a whole number, as in Qdrant. UUIDs are kept in the usual spelling. */
export const pointId = z.union([z.int().nonnegative(), uuid.transform(spelled)], {
  error: "is not a valid point ID, valid values are either an unsigned integer or a UUID",
});
export type PointId = z.infer<typeof pointId>;

/** A point as it comes in and as it lies on disk. */
export const pointSchema = z.strictObject({
  id: pointId,
  vector: z.array(z.number()).min(1),
  payload: z.record(z.string(), z.unknown()).nullish(),
});
export type Point = z.infer<typeof pointSchema>;

/** One change of a collection's points, as the log holds it. */
export const operationSchema = z.union([
  z.strictObject({ upsert: z.array(pointSchema) }),
  z.strictObject({ delete: z.array(pointId) }),
]);
export type Operation = z.infer<typeof operationSchema>;

function spelled(text: string): string {
  const digits = text.replaceAll("-", "").toLowerCase();
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
