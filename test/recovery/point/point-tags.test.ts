import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isPointId, newPointId } from "../../../recovery/point/point-id.ts";
import { parseTags, tagsOf } from "../../../recovery/point/point-tags.ts";
import { notYetIn, pointsOf } from "../../../recovery/point/points.ts";

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
});
