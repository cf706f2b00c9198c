import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isPointId, newPointId } from "../../../recovery/point/point-id.ts";
import { parseTags, tagsOf } from "../../../recovery/point/point-tags.ts";
import { inOrder, lostNowSeconds, newestPoint, notYetIn, pointsOf } from "../../../recovery/point/points.ts";

const point = {
  id: "20261121T140500Z-1f3a",
  lineage: "prod-1",
  generation: 2,
  instant: "2026-11-21T14:05:00.123Z",
  stores: ["mongo", "redis"],
};

describe("point ids and tags", () => {
  it("makes an id of the instant's second and four random digits", () => {
    const id = newPointId(new Date("2026-11-21T14:05:00.999Z"), Buffer.from("1f3a", "hex"));
    assert.equal(id, point.id);
    assert.ok(isPointId(id));
    assert.notEqual(newPointId(new Date(0)), newPointId(new Date(0)));
  });

  it("reads back what it wrote, stores sorted", () => {
    assert.deepEqual(tagsOf({ ...point, stores: ["redis", "mongo"] }).slice(-2), [
      "store:mongo",
      "store:redis",
    ]);
    assert.deepEqual(parseTags(tagsOf(point)), point);
  });

  it("takes the id's second where there is no instant", () => {
    const tags = tagsOf(point).filter((tag) => !tag.startsWith("instant:"));
    assert.equal(parseTags(tags)?.instant, "2026-11-21T14:05:00.000Z");
  });

  it("reads a number back, and takes what is none for a point of before there were any", () => {
    const numbered = { ...point, sequence: 12 };
    assert.ok(tagsOf(numbered).includes("sequence=12"));
    assert.deepEqual(parseTags(tagsOf(numbered)), numbered);
    for (const tag of [
      "sequence=",
      "sequence=0",
      "sequence=-1",
      "sequence=1.5",
      "sequence=99999999999999999999",
    ])
      assert.deepEqual(parseTags([...tagsOf(point), tag]), point, tag);
  });

  it("does not take other snapshots for points", () => {
    const spoilt = [
      [],
      ["mongo"],
      tagsOf(point).filter((tag) => !tag.startsWith("lineage:")),
      tagsOf(point).map((tag) => (tag.startsWith("point:") ? "point:latest" : tag)),
      tagsOf(point).map((tag) => (tag.startsWith("generation:") ? "generation:-1" : tag)),
    ];
    for (const tags of spoilt) assert.equal(parseTags(tags), null, tags.join());
  });
});

describe("pointsOf", () => {
  const snapshot = (id: string, tags: readonly string[]) => ({
    id,
    time: "",
    host: "",
    paths: [],
    tags,
    bytes: 1,
  });
  const newer = { ...point, id: "20261121T141000Z-0000", instant: "2026-11-21T14:10:00.000Z" };

  it("lists points by instant and leaves out what is none", () => {
    const points = pointsOf([
      snapshot("b", tagsOf(newer)),
      snapshot("x", ["else"]),
      snapshot("a", tagsOf(point)),
    ]);
    assert.deepEqual(
      points.map(({ snapshot: id }) => id),
      ["a", "b"],
    );
  });

  it("ships the newest first, by our own ids: restic's differ between repositories", () => {
    const here = pointsOf([snapshot("a", tagsOf(point)), snapshot("b", tagsOf(newer))]);
    assert.deepEqual(
      notYetIn(here, []).map(({ id }) => id),
      [newer.id, point.id],
    );
    assert.deepEqual(
      notYetIn(here, pointsOf([snapshot("other", tagsOf(newer))])).map(({ id }) => id),
      [point.id],
    );
  });

  it("orders by generation and number, those of before there were any by instant and first", () => {
    const at = (id: string, hour: number, sequence?: number, generation = 2, lineage = "prod-1") => ({
      id,
      lineage,
      generation,
      instant: new Date(Date.UTC(2026, 10, 21, hour)).toISOString(),
      ...(sequence === undefined ? {} : { sequence }),
    });
    const points = [
      at("future", 23, 1),
      at("after", 5, 2),
      at("back", 1, 3),
      at("old-2", 9),
      at("old-1", 8),
      at("superseded", 22, 40, 1),
      at("theirs", 2, 90, 7, "prod-0"),
    ];
    const ordered = ["theirs", "superseded", "old-1", "old-2", "future", "after", "back"];
    for (const list of [points, [...points].reverse()])
      assert.deepEqual(
        inOrder(list).map(({ id }) => id),
        ordered,
      );
    assert.equal(newestPoint(points.slice(0, 6))?.id, "back");
    assert.equal(newestPoint([]), null);
  });

  it("tells what would be lost now by what is not dated in the future, never a negative age", () => {
    const now = new Date("2026-11-21T15:00:00.000Z");
    const dated = (instant: string) => ({ instant });
    assert.equal(
      lostNowSeconds([dated("2026-11-21T14:00:00.000Z"), dated("2027-01-01T00:00:00.000Z")], now),
      3600,
    );
    assert.equal(lostNowSeconds([dated("2027-01-01T00:00:00.000Z")], now), null);
    assert.equal(lostNowSeconds([], now), null);
  });
});
