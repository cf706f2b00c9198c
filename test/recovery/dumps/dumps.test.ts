import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dumpId,
  dumpsHost,
  dumpTags,
  parseDumpTags,
  type DumpPart,
} from "../../../recovery/dumps/dump-tags.ts";
import { brokenOff, dumpsOf, dumpsToShip } from "../../../recovery/dumps/dumps.ts";
import { dueDumps } from "../../../recovery/dumps/due-dumps.ts";
import { dumpForgetArguments, dumpSnapshotsToForget } from "../../../recovery/dumps/forget-dumps.ts";
import { failureOfDumps, takeDumps, type DumpEnd } from "../../../recovery/dumps/take-dumps.ts";
import { tagsOf } from "../../../recovery/point/point-tags.ts";
import { pointsOf } from "../../../recovery/point/points.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { Snapshot } from "../../../recovery/restic/snapshot.ts";

const at = (hour: number): string => new Date(Date.UTC(2026, 11, 1, hour)).toISOString();

function part(source: string, hour: number, which: DumpPart, lineage = "prod-1"): Snapshot {
  const tags = { id: dumpId(source, at(hour)), lineage, source, instant: at(hour) };
  return {
    id: `${source}-${hour}-${which}`,
    time: at(hour),
    host: dumpsHost(lineage),
    paths: [which === "data" ? `/${source}.rdb` : `/${source}.manifest.json`],
    tags: dumpTags(tags, which),
    bytes: 7,
  };
}

function point(hour: number): Snapshot {
  const id = `20261201T${String(hour).padStart(2, "0")}0000Z-0000`;
  const tags = tagsOf({ id, lineage: "prod-1", generation: 1, instant: at(hour), stores: ["redis"] });
  return { id: `point-${hour}`, time: at(hour), host: "prod-1", paths: ["/p"], tags, bytes: 1 };
}

const whole = (source: string, hour: number): Snapshot[] => [
  part(source, hour, "data"),
  part(source, hour, "manifest"),
];

test("a dump is its data and its manifest; what was broken off is none, and no point is one", () => {
  const all = [...whole("redis", 2), part("mongo", 3, "data"), point(4), ...whole("mongo", 1)];
  assert.deepEqual(
    dumpsOf(all).map(({ id, file, data, manifest, bytes }) => ({ id, file, data, manifest, bytes })),
    [
      {
        ...{ id: "20261201T010000Z-mongo", file: "mongo.rdb", bytes: 7 },
        ...{ data: "mongo-1-data", manifest: "mongo-1-manifest" },
      },
      {
        ...{ id: "20261201T020000Z-redis", file: "redis.rdb", bytes: 7 },
        ...{ data: "redis-2-data", manifest: "redis-2-manifest" },
      },
    ],
  );
  assert.deepEqual(
    pointsOf(all).map(({ snapshot }) => snapshot),
    ["point-4"],
  );
});

test("a dump goes by another name than its lineage, so that no listing or forgetting of points meets it", () => {
  assert.notEqual(part("redis", 2, "data").host, "prod-1");
  assert.equal(parseDumpTags(point(1).tags), null);
  assert.equal(parseDumpTags(["dump:nonsense", "dump-of:redis", "lineage:l", "dump-part:data"]), null);
});

test("each store's dumps are kept by themselves, by the retention of points", () => {
  const keep = { within: "48h", daily: 7, weekly: 4, monthly: 6 };
  assert.equal(
    dumpForgetArguments("prod-1", keep).join(" "),
    "--host dumps-prod-1 --tag dump-part:data --group-by host,paths --keep-last 1 --keep-within 48h --keep-daily 7 --keep-weekly 4 --keep-monthly 6",
  );
});

test("a manifest goes with its data, and what was broken off a day ago goes too, never another lineage's", () => {
  const all = [
    ...whole("redis", 1),
    ...whole("redis", 2),
    part("mongo", 3, "data"),
    part("mongo", 3, "manifest", "other"),
  ];
  const soon = new Date(at(20));
  const due = ["redis-1-data", "point-1"];
  assert.deepEqual(dumpSnapshotsToForget(all, due, "prod-1", soon), ["redis-1-data", "redis-1-manifest"]);
  assert.deepEqual(dumpSnapshotsToForget(all, ["redis-1-data"], "other", soon), []);
  assert.deepEqual(brokenOff(all.slice(0, 5), "prod-1", new Date(at(28))), ["mongo-3-data"]);
});

test("what is not off-site is shipped, the newest first; what was forgotten there is not brought back", () => {
  const here = dumpsOf([1, 2, 3, 4].flatMap((hour) => whole("redis", hour)));
  const there = dumpsOf(whole("redis", 3));
  const forgotten = new Set(["20261201T010000Z-redis"]);
  assert.deepEqual(
    dumpsToShip(here, there, forgotten).map(({ id }) => id),
    ["20261201T040000Z-redis", "20261201T020000Z-redis"],
  );
});

test("due is what has no good dump since its last time, in the order of the day; a missed time is caught up", () => {
  const times = { redis: ["02:00"], mongo: ["00:00", "06:00", "12:00", "18:00"], n8n: ["02:30"], off: [] };
  const now = new Date("2026-12-01T02:20:00.000Z");
  assert.deepEqual(dueDumps(times, {}, now), ["n8n", "mongo", "redis"]);
  const good = { redis: "2026-12-01T02:00:00.000Z", mongo: "2026-12-01T00:00:01.000Z" };
  assert.deepEqual(dueDumps(times, good, now), ["n8n"]);
  assert.deepEqual(dueDumps(times, { ...good, n8n: "2026-11-30T02:30:02.000Z" }, now), []);
  assert.deepEqual(dueDumps(times, { ...good, n8n: "2026-11-30T02:29:59.000Z" }, now), ["n8n"]);
  assert.deepEqual(
    dueDumps(times, { ...good, n8n: "2026-11-30T03:00:00.000Z" }, new Date("2026-12-01T06:00:00.000Z")),
    ["n8n", "mongo"],
  );
});

test("a store that is down fails its own dump and no other, and the run says all of it", async () => {
  const told: DumpEnd<string>[] = [];
  const take = (source: string): Promise<string> =>
    source === "mongo"
      ? Promise.reject(new RecoveryError(exitCodes.storeDown, "Store mongo does not run on this host."))
      : Promise.resolve(`${source} dumped`);
  const record = (end: DumpEnd<string>): Promise<void> => {
    told.push(end);
    return Promise.resolve();
  };
  const ends = await takeDumps(["redis", "mongo", "qdrant"], take, record, new AbortController().signal);
  assert.deepEqual(told, ends);
  assert.deepEqual(
    ends.map(({ source }) => source),
    ["redis", "mongo", "qdrant"],
  );
  const failure = failureOfDumps(ends);
  assert.equal(failure?.exitCode, exitCodes.storeDown);
  assert.equal(
    failure.message,
    "No dump of mongo: Store mongo does not run on this host. The other 2 were dumped.",
  );
  assert.equal(failureOfDumps(ends.filter(({ source }) => source !== "mongo")), null);
});

test("whoever must have the platform at once ends the whole run, not one dump after the other", async () => {
  const stop = new AbortController();
  const begun: string[] = [];
  const take = (source: string): Promise<string> => {
    begun.push(source);
    stop.abort(new RecoveryError(exitCodes.busy, "No dump now."));
    return Promise.reject(new Error("it was stopped"));
  };
  await assert.rejects(
    takeDumps(["redis", "mongo"], take, () => Promise.resolve(), stop.signal),
    /^RecoveryError: No dump now\.|^Error: No dump now\./,
  );
  assert.deepEqual(begun, ["redis"]);
});
