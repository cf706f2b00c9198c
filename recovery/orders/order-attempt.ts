import { z } from "zod";
import { NoAnswer } from "./edge-client.ts";
import type { EdgeClient } from "./edge-client.ts";

/** An order as it is sent. */
export interface OrderRequest {
  readonly customer: string;
  readonly item: string;
  readonly quantity: number;
  readonly seq: number;
}

/** What came of sending one. `failed`: certainly not placed; `unknown`: may or may not exist; `altered`: confirmed differently. */
export type OrderOutcome =
  | { readonly kind: "acknowledged"; readonly id: string; readonly order: unknown }
  | { readonly kind: "failed" | "unknown" | "altered"; readonly cause: string; readonly message: string };

const placedSchema = z.looseObject({
  id: z.string().min(1),
  seq: z.number(),
  customer: z.string(),
  item: z.string(),
  quantity: z.number(),
});

/** Places one order through the edge and says what is certain afterwards. Never throws for what the edge does. */
export async function attemptOrder(client: EdgeClient, request: OrderRequest): Promise<OrderOutcome> {
  let answer;
  try {
    answer = await client.post("/api/orders", request);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { kind: error.sent ? "unknown" : "failed", cause: error.reason, message: error.message };
  }
  const { status, body } = answer;
  if (status !== 201) {
    // A 5xx may come from the edge after the order was placed behind it; only a 4xx is a plain no.
    const kind = status >= 400 && status < 500 ? "failed" : "unknown";
    const message = `${status}: ${JSON.stringify(body).slice(0, 200)}`;
    return { kind, cause: causeOf(status, body), message };
  }
  const placed = placedSchema.safeParse(body);
  const isSame =
    placed.success &&
    placed.data.seq === request.seq &&
    placed.data.customer === request.customer &&
    placed.data.item === request.item &&
    placed.data.quantity === request.quantity;
  if (isSame) return { kind: "acknowledged", id: placed.data.id, order: body };
  const message = `order ${request.seq} was confirmed as ${JSON.stringify(body).slice(0, 200)}`;
  return { kind: "altered", cause: "confirmed differently", message };
}

/** Such as `503 mongo gave no answer within 5000 ms`: the status alone does not say who failed. */
function causeOf(status: number, body: unknown): string {
  const said = z.object({ error: z.string() }).safeParse(body);
  return said.success ? `${status} ${said.data.error.slice(0, 80)}` : String(status);
}

/** The order that carries this number. */
export function numberedOrder(seq: number): OrderRequest {
  return { seq, customer: `customer-${seq % 100}`, item: `item-${seq % 7}`, quantity: 1 + (seq % 9) };
}
