import { createHash } from "node:crypto";
import { z } from "zod";

/** A webhook as it is queued and recorded. Every field comes from what was signed: the same call gives the same bytes. */
export const webhookSchema = z.strictObject({
  /** 32 hex digits: of source, time and body, so that a call that is repeated is recorded once. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  source: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  /** When the sender signed it. */
  signedAt: z.iso.datetime(),
  /** The body as it came. */
  body: z.string(),
});
export type Webhook = z.infer<typeof webhookSchema>;

/** Makes the record of a call whose signature holds. `signedAt` in seconds since 1970. */
export function makeWebhook(source: string, signedAt: number, body: string): Webhook {
  const id = createHash("sha256").update(`${source}\n${signedAt}\n${body}`).digest("hex").slice(0, 32);
  return { id, source, signedAt: new Date(signedAt * 1000).toISOString(), body };
}
