import { z } from "zod";

/** Quarterly: so many days after a drill that succeeded the next one is due. */
export const drillEveryDays = 92;
/** Its absence is an alert after so many days, a week and a day beyond: catalog/prometheus/rules/recovery.yml says the same. */
export const drillMissedDays = 100;

/** The scenarios that lose a whole platform: what is due each quarter. */
export const totalScenarios: readonly string[] = ["total-loss", "region", "ransomware", "monthly-fire"];

/** What of a drill's record everybody reads; the record itself holds more. */
export const drillOutcomeSchema = z.object({
  id: z.string(),
  scenario: z.string(),
  finishedAt: z.iso.datetime(),
  success: z.boolean(),
  rto: z.looseObject({ seconds: z.number().nullable() }),
});
export type DrillOutcome = z.infer<typeof drillOutcomeSchema>;

/** An entry of the history: the text that is signed. */
const entry = z.strictObject({
  version: z.literal(1),
  /** 1 for the first, and one more for each. */
  sequence: z.number().int().positive(),
  /** SHA-256 of the former entry's text, in hexadecimal; null for the first. */
  previous: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** Whose history it is: an entry of another stack's does not belong here. */
  stack: z.string(),
  appendedAt: z.iso.datetime(),
  /** Drawn at random: no two entries are the same bytes, so that the bucket can tell which of two stands there. */
  nonce: z.string(),
});

/** An entry, with as much of its record as everybody reads. */
export const drillEntrySchema = entry.extend({ record: drillOutcomeSchema.loose() });
export type DrillEntry = z.infer<typeof drillEntrySchema>;

/** What lies in the bucket: text and signature in one object, so that there is never one without the other. */
export const signedEntrySchema = z.strictObject({
  version: z.literal(1),
  /** The entry as JSON text, to the byte: this is what the signature is of. */
  entry: z.string(),
  /** As `ssh-keygen -Y sign` writes it. */
  signature: z.string(),
});
export type SignedEntry = z.infer<typeof signedEntrySchema>;

/** What an entry's signature is for; a signature that was made for something else is none. */
export const drillNamespace = "drill-history@kaleem";

const name = /^(\d{6})\.json$/;

/** Name of an entry below the folder: by its number alone, so that of two that are appended at once the bucket takes one. */
export function drillEntryName(sequence: number): string {
  return `${String(sequence).padStart(6, "0")}.json`;
}

/** The number in such a name; null for a name that is none. */
export function sequenceIn(file: string): number | null {
  const found = name.exec(file)?.[1];
  return found === undefined ? null : Number(found);
}
