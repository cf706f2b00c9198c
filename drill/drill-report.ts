import { z } from "zod";
import { spreadSchema } from "../recovery/restore/verify/spread.ts";
import { storeLossSchema } from "./orders/store-loss.ts";
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
  /** Every part from the first order to the last check, in order. */
  timeline: z.array(step),
  orders: z.strictObject({
    acknowledgedBeforeLoss: z.number().int(),
    /** Read back over the new edge and equal to what was acknowledged. */
    restored: z.number().int(),
    /** Acknowledged, gone, and newer than the point: what the objective allows. */
    lostAfterPoint: z.number().int(),
    /** Acknowledged before the point, and gone or different: always a defect. */
    missingOrAltered: z.array(z.string()),
  }),
  /** Seconds between the point's instant and the loss. */
  rpoSeconds: z.number(),
  /** Seconds from the loss to the first order that was acknowledged and read back; null when there was none. */
  rtoSeconds: z.number().nullable(),
  point: z.string(),
  /** What each store lost of the acknowledged orders. */
  stores: z.array(storeLossSchema),
  /** How far the stores are from each other in time. */
  spreads: z.strictObject({ orders: spreadSchema.nullable(), copies: spreadSchema.nullable() }),
  /** Each reason why this drill is a failure; empty when it passed. */
  causes: z.array(z.string()),
});
export type DrillReport = z.infer<typeof drillReportSchema>;

/** One screen: verdict first, then figures, then where the time went. */
export function renderDrill(report: DrillReport): string {
  const { orders } = report;
  const lines = [
    report.causes.length === 0 ? "DRILL PASSED" : "DRILL FAILED",
    ...report.causes.map((cause) => `  ✗ ${cause}`),
    "",
    `  RPO  ${report.rpoSeconds.toFixed(1)} s from point ${report.point} to the loss; ${orders.lostAfterPoint} of ${orders.acknowledgedBeforeLoss} acknowledged orders lost`,
    report.rtoSeconds === null
      ? "  RTO  not reached: no good order"
      : `  RTO  ${report.rtoSeconds.toFixed(1)} s from the loss to the first good order`,
    `  orders  ${orders.restored} read back over the new edge, ${orders.missingOrAltered.length} missing or altered that must be there`,
    "",
    ...report.stores.map(
      ({ store, lost, seconds }) =>
        `  ${store.padEnd(9)} ${lost} acknowledged orders lost, of the last ${seconds.toFixed(1)} s`,
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
