import { counter } from "../../metrics/counter.ts";
import type { Sample } from "../../metrics/metrics.ts";
import type { TailRecord } from "../../oplog/tail-record.ts";

const bounds = [1, 2, 5, 10, 30, 60, 300] as const;

/** How long entries waited until they were off-site: of each slice its oldest, since the service started. */
export class ShipWaits {
  readonly #counts = bounds.map(() => 0);
  #sum = 0;
  #count = 0;

  add(seconds: number): void {
    const waited = Math.max(0, seconds);
    bounds.forEach((bound, index) => {
      if (waited <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    });
    this.#sum += waited;
    this.#count += 1;
  }

  samples(): readonly Sample[] {
    const name = "kaleem_oplog_ship_seconds";
    const help = "How long the oldest entry of each slice waited until it was off-site.";
    const one = (suffix: string, labels: Readonly<Record<string, string>>, value: number): Sample => ({
      name: `${name}${suffix}`,
      help,
      labels,
      value,
      family: { type: "histogram", name },
    });
    return [
      ...bounds.map((bound, index) => one("_bucket", { le: String(bound) }, this.#counts[index] ?? 0)),
      one("_bucket", { le: "+Inf" }, this.#count),
      one("_sum", {}, this.#sum),
      one("_count", {}, this.#count),
    ];
  }
}

/** What monitoring is told of the shipping; `record` is null while there is nothing to ship. */
export function oplogSamples(record: TailRecord | null, waits: ShipWaits): readonly Sample[] {
  const gap = record?.gap?.at;
  return [
    {
      name: "kaleem_oplog_shipped_timestamp_seconds",
      help: "Every change that was written before this is off-site.",
      labels: {},
      value: record === null || record.until === 0 ? null : record.until,
    },
    {
      name: "kaleem_oplog_gap_timestamp_seconds",
      help: "When the newest hole between slices of the oplog was found.",
      labels: {},
      value: gap === undefined ? null : Date.parse(gap) / 1000,
    },
    ...(record === null
      ? []
      : [
          counter("kaleem_oplog_gaps_total", "Holes between slices of the oplog.", {}, record.counts.gaps),
          counter(
            "kaleem_oplog_slices_total",
            "Slices of the oplog that were shipped.",
            {},
            record.counts.slices,
          ),
          counter("kaleem_oplog_bytes_total", "Bytes of these slices, as shipped.", {}, record.counts.bytes),
        ]),
    ...waits.samples(),
  ];
}
