import { createHash } from "node:crypto";
import { z } from "zod";

/** One acknowledged write, as the writer outside the machine remembers it. */
export const ledgerEntrySchema = z.strictObject({
  seq: z.number().int().positive(),
  id: z.string().min(1),
  digest: z.string().length(64),
  /** When the acknowledgement arrived, by the writer's clock. */
  acknowledgedAt: z.iso.datetime(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** SHA-256 over a record's fields, sorted by their names at every depth: equal digests mean an unaltered record. Nothing has one, too. */
export function digestOf(record: unknown): string {
  return createHash("sha256")
    .update(canonical(record) ?? "")
    .digest("hex");
}

function canonical(value: unknown): string | undefined {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field) ?? ""}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
