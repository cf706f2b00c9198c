import type { AgentContext } from "../context.ts";
import { duration } from "../../host/log.ts";
import type { Sample } from "../../metrics/metrics.ts";
import { recordedRun } from "../recorded-run.ts";
import { shipRecord, type ShipResult } from "../answers/run-record.ts";
import { provenSample } from "../measure/proven-sample.ts";
import { shipPoints, type ShipOptions } from "../points/ship-points.ts";

/** `kaleem-agent ship`: brings the points that are not off-site yet there. */
export async function shipCommand(context: AgentContext, options: ShipOptions = {}): Promise<ShipResult> {
  return recordedRun(context, {
    job: "ship",
    schema: shipRecord,
    run: () => shipPoints(context, options),
    describe: (result) =>
      result.founded
        ? `${result.shipped.length} points shipped in ${duration(result.totalMs)}`
        : "nothing to ship: this data root has no lineage",
    samples: shipSamples,
  });
}

function shipSamples({ newest, proven, points, bytesPerSecond }: ShipResult): readonly Sample[] {
  return [
    provenSample("offsite", proven === null ? null : proven.instant),
    ...(newest?.stores ?? []).map((store) => ({
      name: "backup_newest_point_timestamp_seconds",
      help: "The instant of the newest point; everything acknowledged before it is in the point.",
      labels: { repo: "offsite", store },
      value: newest === null ? null : Date.parse(newest.instant) / 1000,
    })),
    {
      name: "backup_snapshot_count",
      help: "Points of this lineage.",
      labels: { repo: "offsite" },
      value: points,
    },
    {
      name: "backup_uplink_bytes_per_second",
      help: "How fast off-site takes what is sent, as last measured.",
      labels: { job: "ship" },
      value: bytesPerSecond,
    },
  ];
}
