import { restoreRequestSchema, type RestoreRequest } from "../../../../recovery/restore/plan/request.ts";
import type { Findings, FoundPoint } from "../../../../recovery/restore/plan/findings.ts";

/** A point of generation 1 of the lineage, unless said otherwise. */
export function point(id: string, changes: Partial<FoundPoint> = {}): FoundPoint {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
  return {
    id,
    instant: `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`,
    lineage: "kaleem-a1",
    generation: 1,
    snapshot: `snap-${id}`,
    stores: ["mongo", "redis"],
    bytes: 24_000_000,
    ...changes,
  };
}

export const oldPoint = point("20261120T030500Z-3f9a");
export const newPoint = point("20261120T031000Z-77c1");

/** A fresh, without a lineage host beside a bucket with two points; tests spoil one thing of it at a time. */
export function findings(changes: Partial<Findings> = {}): Findings {
  return {
    stack: "prod",
    host: "host-new",
    now: new Date("2026-11-20T03:20:00Z"),
    offsiteName: "s3://kaleem-backup/points",
    head: {
      state: "ok",
      etag: '"e1"',
      head: {
        lineage: "kaleem-a1",
        generation: 1,
        host: "host-old",
        stack: "prod",
        parent: null,
        changedAt: "2026-11-01T00:00:00.000Z",
      },
    },
    root: null,
    local: { state: "ok", points: [] },
    offsite: { state: "ok", points: [oldPoint, newPoint] },
    stores: [
      { name: "mongo", declared: true, running: true },
      { name: "redis", declared: true, running: true },
    ],
    off: [],
    applications: [{ name: "api", declared: true }],
    freeBytes: 8_000_000_000,
    replaced: [],
    directories: { mongo: ["mongo"], redis: ["redis"] },
    movedAside: [],
    liveBytes: null,
    deployments: [],
    discarded: null,
    restoreRunning: false,
    journal: null,
    last: null,
    ...changes,
  };
}

export function request(changes: Partial<RestoreRequest> = {}): RestoreRequest {
  return restoreRequestSchema.parse(changes);
}
