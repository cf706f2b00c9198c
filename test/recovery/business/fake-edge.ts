import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { BusinessCheck } from "../../../contract/business-check.ts";

/** What is written to it, and how it is read back. */
export const fakeCheck: BusinessCheck = {
  write: {
    method: "POST",
    path: "/api/orders",
    headers: {},
    body: { customer: "customer-{seq}", item: "item-{run}", quantity: 1, seq: "{seq}" },
    status: 201,
    id: "$.id",
    equals: { "$.seq": "{seq}", "$.quantity": "1" },
    record: "$",
  },
  reads: {
    stored: {
      method: "GET",
      path: "/api/orders/{id}",
      headers: {},
      status: 200,
      missing: 404,
      equals: { "$.seq": "{seq}" },
      record: "$",
      withinMs: 0,
    },
  },
  ledger: true,
};

type Order = Record<string, unknown> & { id: string };
type Answer = (request: IncomingMessage, response: ServerResponse, order: Order) => void;

/** An edge on a loopback port whose mood a test changes: `place` decides what becomes of each order. */
export class FakeEdge {
  readonly orders = new Map<string, Order>();
  readonly server = createServer((request, response) => {
    this.#answer(request, response);
  });
  port = 0;
  place: Answer = (_request, response, order) => {
    this.accept(response, order);
  };

  get target(): { url: string } {
    return { url: `http://127.0.0.1:${this.port}` };
  }

  /** Listens; on the earlier port when it had one. */
  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Gone like a lost machine: connections are cut, new ones refused. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  accept(response: ServerResponse, order: Order): void {
    this.orders.set(order.id, order);
    this.reply(response, 201, order);
  }

  reply(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === "GET") {
      const order = this.orders.get(request.url?.split("/").at(-1) ?? "");
      this.reply(response, order === undefined ? 404 : 200, order ?? { error: "none" });
      return;
    }
    let text = "";
    request.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    request.on("end", () => {
      const fields = JSON.parse(text) as Record<string, unknown>;
      this.place(request, response, { id: randomUUID(), ...fields, createdAt: new Date().toISOString() });
    });
  }
}
