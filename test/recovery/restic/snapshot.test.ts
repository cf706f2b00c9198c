import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseSnapshots } from "../../../recovery/restic/snapshot.ts";

describe("parseSnapshots", () => {
  it("lists them oldest first, with no tags and unknown bytes where restic names none", () => {
    const listed = [
      {
        id: "a",
        time: "2026-01-31T23:00:00Z",
        hostname: "h",
        paths: [],
        tags: null,
        summary: { total_bytes_processed: 4 },
      },
      { id: "b", time: "2026-02-01T00:00:00+02:00", hostname: "h", paths: ["/p"], tags: ["t"] },
    ];
    assert.deepEqual(parseSnapshots(JSON.stringify(listed)), [
      {
        id: "b",
        time: "2026-02-01T00:00:00+02:00",
        host: "h",
        paths: ["/p"],
        tags: ["t"],
        bytes: null,
        tree: null,
      },
      { id: "a", time: "2026-01-31T23:00:00Z", host: "h", paths: [], tags: [], bytes: 4, tree: null },
    ]);
  });

  it("finds none in an empty repository, however restic says so", () => {
    assert.deepEqual(parseSnapshots("null"), []);
    assert.deepEqual(parseSnapshots("[]"), []);
  });
});
