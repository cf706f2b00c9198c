import { z } from "zod";
import type { Server } from "../http-server.ts";

/** Reads one record by its id from one place; undefined where it is not. */
export type KeptRecord = (id: string) => Promise<unknown>;

/** Where an order lies, and where webhooks do. */
export interface KeptRecords {
  /** Store → the order as that store itself has it. */
  readonly orders: Readonly<Record<string, KeptRecord>>;
  readonly webhook: KeptRecord;
}

const webhookId = /^[0-9a-f]{32}$/;

/**
 * Adds `GET /api/orders/:id/kept/:store` and `GET /api/webhooks/:id`: what each store by itself has, so that a check from outside proves
 * every one of them, and not only the one that answers first. No store is filled in from another.
 */
export function addKeptRoutes(server: Server, { orders, webhook }: KeptRecords): void {
  server.get<{ Params: { id: string; store: string } }>(
    "/api/orders/:id/kept/:store",
    async (request, reply) => {
      const { id, store } = request.params;
      const read = Object.hasOwn(orders, store) ? orders[store] : undefined;
      const found = read !== undefined && z.uuid().safeParse(id).success ? await read(id) : undefined;
      if (found === undefined)
        return reply.code(404).send({ error: "There is no such order in this store." });
      return reply.send(found);
    },
  );
  server.get<{ Params: { id: string } }>("/api/webhooks/:id", async (request, reply) => {
    const { id } = request.params;
    const found = webhookId.test(id) ? await webhook(id) : undefined;
    if (found === undefined) return reply.code(404).send({ error: "No webhook of this id is recorded." });
    return reply.send(found);
  });
}
