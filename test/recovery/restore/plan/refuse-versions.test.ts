import assert from "node:assert/strict";
import { test } from "node:test";
import { mongoFollows } from "../../../../catalog/mongo/versions.ts";
import { refuseVersions } from "../../../../recovery/restore/plan/refuse-versions.ts";

const mongo = { store: "mongo", image: "r/mongo:5@sha256:aa", held: "5.0.1", follows: mongoFollows };

test("names both versions, the image of the point, and the way", () => {
  assert.deepEqual(refuseVersions({ id: "p1" }, [{ ...mongo, present: "8.0.3" }]), [
    {
      code: "versions-differ",
      sentence:
        "restore: point p1 holds data of mongo 5.0.1, and mongo 8.0.3 runs here: MongoDB goes one major version at a time: it does not " +
        "start on data that is two or more behind. Nothing was changed. Put the image that took the point (r/mongo:5@sha256:aa) into " +
        'the image lock, run "./kaleem up", restore, and then upgrade mongo by the steps that it allows; or choose a point that fits ' +
        "(./kaleem points).",
    },
  ]);
});

test("refuses neither what follows nor what cannot be asked", () => {
  assert.deepEqual(
    refuseVersions({ id: "p1" }, [
      { ...mongo, present: "6.0.1" },
      { ...mongo, present: null },
    ]),
    [],
  );
});
