import type { AgentContext } from "../context.ts";
import { duration, size } from "../../host/log.ts";
import type { Sample } from "../../metrics/metrics.ts";
import { recordedRun } from "../recorded-run.ts";
import { pointRecord, type PointResult } from "../answers/run-record.ts";
import { takePoint, type TakePointOptions } from "../points/take-point.ts";

/** `kaleem-agent point`: takes a recovery point into the local repository. */
export async function pointCommand(
  context: AgentContext,
  options: TakePointOptions = {},
): Promise<PointResult> {
  return recordedRun(context, {
    job: "point",
    schema: pointRecord,
    run: () => takePoint(context, options),
    describe: (point) => `${point.point}, paused ${duration(point.pauseMs)}, ${size(point.bytesAdded)} new`,
    samples: pointSamples,
  });
}

function pointSamples(point: PointResult): readonly Sample[] {
  const labels = { job: "point" };
  return [
    ...point.stores.map((store) => ({
      name: "backup_newest_point_timestamp_seconds",
      help: "The instant of the newest point; everything acknowledged before it is in the point.",
      labels: { repo: "local", store },
      value: Date.parse(point.instant) / 1000,
    })),
    {
      name: "backup_pause_seconds",
      help: "For how long the stores were paused.",
      labels,
      value: point.pauseMs / 1000,
    },
    { name: "backup_bytes_processed", help: "Size of the newest point.", labels, value: point.bytes },
    {
      name: "backup_bytes_added",
      help: "What the newest point added to the repository.",
      labels,
      value: point.bytesAdded,
    },
  ];
}
