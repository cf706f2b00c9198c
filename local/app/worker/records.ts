import type { z } from "zod";
import { orderSchema } from "../order.ts";
import { webhookSchema } from "../webhooks/webhook.ts";

/** A message that no repetition makes better; its message says why. */
export class Poison extends Error {
  override readonly name = "Poison";
}

/** Queue → the key of the object that is made of its messages' bodies, byte for byte. */
export const records: Readonly<Record<string, (body: Buffer) => string>> = {
  receipts: (body) => `orders/${parse(orderSchema, "an order", body).id}.json`,
  webhooks: (body) => `webhooks/${parse(webhookSchema, "a webhook", body).id}.json`,
};

function parse<Schema extends z.ZodType>(schema: Schema, what: string, body: Buffer): z.infer<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new Poison("not JSON", { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Poison(`not ${what}: ${problems.join("; ")}`);
}
