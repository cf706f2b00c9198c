import { rabbitmq } from "../../catalog/rabbitmq/rabbitmq.ts";
import { heldRecordsSchema, type HeldRecords } from "../../recovery/agent/commands/orders.ts";
import { signedWebhookSchema } from "../../recovery/agent/commands/sign-webhook.ts";
import { askAgent } from "../agent/agent.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";

/** What a smoke test asks of the host's agent. */
export interface SmokeHost {
  /** Stores from which an order is gone when it has been worked on. */
  readonly queues: ReadonlySet<string>;
  orders(id: string): Promise<HeldRecords>;
  webhooks(id: string): Promise<HeldRecords>;
  /** The signature header for a body of this source. */
  sign(source: string, body: string): Promise<string>;
}

const timeoutMs = 30_000;

/** The agent over SSH. */
export function smokeHost(host: RemoteHost): SmokeHost {
  const look = (argv: readonly string[]) => askAgent(host, { argv, schema: heldRecordsSchema, timeoutMs });
  return {
    queues: new Set([rabbitmq.name]),
    orders: (id) => look(["orders", id]),
    webhooks: (id) => look(["webhooks", id]),
    async sign(source, body) {
      const argv = ["sign-webhook", source];
      const { signature } = await askAgent(host, {
        argv,
        schema: signedWebhookSchema,
        timeoutMs,
        stdin: body,
      });
      return signature;
    },
  };
}
