import { join } from "node:path";
import { z } from "zod";
import { inventorySchema } from "../../catalog/inventory/inventory.ts";
import type { HostPort } from "../host/host-port.ts";
import { namesIn } from "../host/names-in.ts";
import { isPointId } from "../point/point-id.ts";

const provenStore = z.object({
  /** From its start until all of it was told. */
  seconds: z.number().nonnegative(),
  /** The image that it was started with: reference with digest. */
  image: z.string(),
  coverage: inventorySchema.shape.coverage,
  inventory: inventorySchema,
});

/** How the proof of one point ended; a file of its own, for root alone: it holds no secret, but names that others gave. */
export const proofRecordSchema = z.object({
  point: z.string(),
  /** The point's own. */
  instant: z.iso.datetime(),
  /** When the proof ended. */
  at: z.iso.datetime(),
  ok: z.boolean(),
  /** Those that started and told what they hold. */
  stores: z.record(z.string(), provenStore),
  /** A sentence for each store that did not. */
  problems: z.array(z.string()),
});
export type ProofRecord = z.infer<typeof proofRecordSchema>;

/** A point and how its newest proof ended, without what is there. */
export const proofSummarySchema = proofRecordSchema.omit({ stores: true });
export type ProofSummary = z.infer<typeof proofSummarySchema>;

/** Records of proofs in a folder of the host, one a point. */
export class ProofRecords {
  readonly #host: Pick<HostPort, "readFile" | "writeFile" | "removeFile">;
  readonly #folder: string;
  readonly #list: (folder: string) => Promise<readonly string[]>;
  /** @param list names in a folder; none when there is no such folder. @default the machine's own */
  constructor(
    host: Pick<HostPort, "readFile" | "writeFile" | "removeFile">,
    folder: string,
    list: (folder: string) => Promise<readonly string[]> = namesIn,
  ) {
    this.#host = host;
    this.#folder = folder;
    this.#list = list;
  }

  async write(record: ProofRecord): Promise<void> {
    const text = `${JSON.stringify(proofRecordSchema.parse(record), null, 2)}\n`;
    await this.#host.writeFile(this.#pathOf(record.point), text, 0o600);
  }

  /** Null when the point was never proven, or by an agent that wrote another form. */
  read(point: string): Promise<ProofRecord | null> {
    return this.#read(point, proofRecordSchema);
  }

  /** The same without its inventories. */
  summary(point: string): Promise<ProofSummary | null> {
    return this.#read(point, proofSummarySchema);
  }

  /** Of these, oldest first, the newest that was proven; null when none was. */
  async newestProven(points: readonly string[]): Promise<ProofSummary | null> {
    for (const point of [...points].reverse()) {
      const summary = await this.summary(point);
      if (summary?.ok === true) return summary;
    }
    return null;
  }

  /** Forgets the records of points that are not among these. */
  async keepOnly(points: readonly string[]): Promise<void> {
    const kept = new Set(points);
    for (const name of await this.#list(this.#folder)) {
      const point = name.replace(/\.json$/, "");
      if (isPointId(point) && !kept.has(point)) await this.#host.removeFile(this.#pathOf(point));
    }
  }

  async #read<T>(point: string, schema: z.ZodType<T>): Promise<T | null> {
    if (!isPointId(point)) return null;
    const text = await this.#host.readFile(this.#pathOf(point));
    if (text === null) return null;
    try {
      return schema.safeParse(JSON.parse(text)).data ?? null;
    } catch {
      return null;
    }
  }

  #pathOf(point: string): string {
    return join(this.#folder, `${point}.json`);
  }
}
