import assert from "node:assert/strict";
import { test } from "node:test";
import { renderDumps } from "../../../operator/screens/render-dumps.ts";

const now = new Date("2026-12-01T03:20:00Z");

test("lists dumps with where they are, and what could not be dumped the last time", () => {
  const dump = { instant: "2026-12-01T02:20:00.000Z", lineage: "kaleem-a1", file: "mongo.archive" };
  assert.equal(
    renderDumps(
      {
        dumps: [
          {
            ...dump,
            id: "20261201T022000Z-mongo",
            source: "mongo",
            bytes: 2048,
            where: ["local", "offsite"],
          },
          { ...dump, id: "20261201T022000Z-redis", source: "redis", bytes: null, where: ["offsite"] },
        ],
        failed: [{ source: "qdrant", at: "2026-12-01T02:10:00.000Z", message: "Store qdrant does not run." }],
        notes: ["there is no repository on this host yet"],
      },
      now,
    ),
    [
      "DUMP                    OF     AGE     WHERE          SIZE     LINEAGE",
      "20261201T022000Z-mongo  mongo  60 min  here off-site  2.0 KiB  kaleem-a1",
      "20261201T022000Z-redis  redis  60 min  off-site       ?        kaleem-a1",
      "failed 70 min ago: qdrant: Store qdrant does not run.",
      "note: there is no repository on this host yet",
    ].join("\n"),
  );
});

test("says that there is none", () => {
  assert.equal(renderDumps({ dumps: [], failed: [], notes: [] }, now), "no dump yet");
});
