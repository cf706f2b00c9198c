import { Counter } from "prom-client";
import { z } from "zod";
import type { Server } from "../http-server.ts";
import type { Metrics } from "../metrics.ts";
import { orderRequestSchema } from "../order.ts";
import type { Orders } from "./orders.ts";

/** Adds `POST /api/orders` and `GET /api/orders/:id`, and counts orders by outcome. */
export function addOrderRoutes(server: Server, orders: Orders, { registry }: Metrics): void {
  const outcomes = new Counter({
    name: "kaleem_api_orders_total",
    help: "Orders asked for, by outcome: acknowledged, invalid or failed (not acknowledged)",
    labelNames: ["outcome"] as const,
    registers: [registry],
  });

  server.post("/api/orders", async (request, reply) => {
    const parsed = orderRequestSchema.safeParse(request.body);
    if (!parsed.success) {
      outcomes.inc({ outcome: "invalid" });
      return reply.code(400).send({ error: invalidOrder(parsed.error) });
    }
    try {
      const order = await orders.place(parsed.data);
      outcomes.inc({ outcome: "acknowledged" });
      return await reply.code(201).header("location", `/api/orders/${order.id}`).send(order);
    } catch (error) {
      outcomes.inc({ outcome: "failed" });
      throw error;
    }
  });

  server.get<{ Params: { id: string } }>("/api/orders/:id", async (request, reply) => {
    const id = z.uuid().safeParse(request.params.id);
    const found = id.success ? await orders.find(id.data) : undefined;
    if (found === undefined) return reply.code(404).send({ error: "There is no order with this id." });
    return reply.header("x-order-source", found.source).send(found.order);
  });
}

/** All problems of a body in one sentence each, such as `quantity: Too small: expected number to be >=1`. */
function invalidOrder(error: z.ZodError): string {
  const problems = error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join(".")}: ${message}` : message,
  );
  return `This is not an order: ${problems.join("; ")}.`;
}
