import { z } from "zod";
import { noneDeclared } from "../operator/stack/business-checks.ts";
import { spreadSchema } from "../recovery/restore/verify/spread.ts";
import { readLossSchema } from "./business/read-loss.ts";
import { renderSpreads } from "../recovery/restore/report/report.ts";

const step = z.strictObject({
  name: z.string(),
  at: z.iso.datetime(),
  seconds: z.number(),
  /** Absent in reports of before people were told apart. */
  by: z.enum(["machine", "person"]).default("machine"),
});

/** What a drill proved, kept as JSON: the record that the drill plan asks for. */
export const drillReportSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  startedAt: z.iso.datetime(),
  /** Every part from the first write to the last check, in order. */
  timeline: z.array(step),
  /** What became of the writes of the stack's business check; null where it declares none that keeps a ledger. */
  writes: z
    .strictObject({
      acknowledgedBeforeLoss: z.number().int(),
      /** Read back over the new edge and equal to what was acknowledged. */
      restored: z.number().int(),
      /** Acknowledged, gone, and newer than the point: what the objective allows. */
      lostAfterPoint: z.number().int(),
      /** Acknowledged before the point, and gone or different: always a defect. */
      missingOrAltered: z.array(z.string()),
    })
    .nullable(),
  /** Seconds between the point's instant and the loss. */
  rpoSeconds: z.number(),
  /** Seconds from the loss to the first write that was acknowledged and read back, or to an edge that serves; null when there was none. */
  rtoSeconds: z.number().nullable(),
  point: z.string(),
  /** What each of the check's reads lost of the acknowledged writes. */
  reads: z.array(readLossSchema),
  /** How far the reads, and the stores' copies, are from each other in time. */
  spreads: z.strictObject({ writes: spreadSchema.nullable(), copies: spreadSchema.nullable() }),
  /** Each reason why this drill is a failure; empty when it passed. */
  causes: z.array(z.string()),
});
export type DrillReport = z.infer<typeof drillReportSchema>;

/** In reports of before business checks were settings: the key then → the key now. What stores lost is what reads lose. */
const renamed: Readonly<Record<string, string>> = {
  orders: "writes",
  stores: "reads",
  store: "read",
  newestOrderAt: "newestAt",
};

/** Reads a report, also one that an earlier version kept. @throws ZodError when it is none */
export function readDrillReport(text: string): DrillReport {
  return drillReportSchema.parse(
    JSON.parse(text, (_key, value: unknown) =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value).map(([key, one]) => [renamed[key] ?? key, one as unknown]),
          ),
    ),
  );
}

/** One screen: verdict first, then figures, then where the time went. */
export function renderDrill(report: DrillReport): string {
  const { writes } = report;
  const lines = [
    report.causes.length === 0 ? "DRILL PASSED" : "DRILL FAILED",
    ...report.causes.map((cause) => `  ✗ ${cause}`),
    "",
    `  RPO  ${report.rpoSeconds.toFixed(1)} s from point ${report.point} to the loss${writes === null ? "" : `; ${writes.lostAfterPoint} of ${writes.acknowledgedBeforeLoss} acknowledged writes lost`}`,
    report.rtoSeconds === null
      ? "  RTO  not reached: nothing good came through"
      : `  RTO  ${report.rtoSeconds.toFixed(1)} s from the loss to the first good ${writes === null ? "answer" : "write"}`,
    writes === null
      ? `  ${noneDeclared}`
      : `  writes  ${writes.restored} read back over the new edge, ${writes.missingOrAltered.length} missing or altered that must be there`,
    "",
    ...report.reads.map(
      ({ read, lost, seconds }) =>
        `  ${read.padEnd(9)} ${lost} acknowledged writes lost, of the last ${seconds.toFixed(1)} s`,
    ),
    ...renderSpreads(report.spreads),
    "",
    "  timeline",
  ];
  const start = Date.parse(report.startedAt);
  for (const { name, at, seconds } of report.timeline) {
    const offset = ((Date.parse(at) - start) / 1000).toFixed(1).padStart(7);
    lines.push(`  +${offset} s  ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  }
  return lines.join("\n");
}
