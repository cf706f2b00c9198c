import { randomUUID } from "node:crypto";
import { z } from "zod";

const text = z.string().min(1).max(200);

/** What a client sends. Unknown fields are refused: a misspelt one would otherwise look as if it had worked. */
export const orderRequestSchema = z.strictObject({
  customer: text,
  item: text,
  quantity: z.number().int().min(1).max(1_000_000),
  /** A number of the client's own, kept with the order, so that a drill can tell which of its orders came back. */
  seq: z.number().int().positive().optional(),
});
export type OrderRequest = z.infer<typeof orderRequestSchema>;

/** An order as it is answered, cached and, with `_id` in place of `id`, archived. */
export const orderSchema = z.strictObject({
  id: z.uuid(),
  ...orderRequestSchema.shape,
  /** ISO 8601 text in every store, so that a copy can be compared byte for byte. */
  createdAt: z.iso.datetime(),
});
export type Order = z.infer<typeof orderSchema>;

/** Makes the order that a request asks for. `seq` is left out, not null, when the client gave none. */
export function makeOrder(request: OrderRequest, now = new Date()): Order {
  return { id: randomUUID(), ...request, createdAt: now.toISOString() };
}
