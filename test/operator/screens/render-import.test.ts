import assert from "node:assert/strict";
import { test } from "node:test";
import { importPlanAnswer } from "../../../operator/answers/import-answer.ts";
import { renderImport, renderImportPlan } from "../../../operator/screens/render-import.ts";

const file = (facts: object) => ({
  ...{ store: "mongo", path: "/backups/mongo/mongo-1.archive.gz", madeAt: "2025-10-01T03:00:00.000Z" },
  ...{ bytes: 4_814, version: "7.0.42", holds: { collections: 2, documents: 320 }, parts: ["kaleem_old"] },
  ...{ rename: { kaleem_old: "kaleem" }, older: 6, leftOut: ["the database admin: users"] },
  ...facts,
});
const plan = importPlanAnswer.parse({
  from: "/backups",
  files: [
    file({}),
    file({
      ...{ store: "rabbitmq", path: "/backups/rabbitmq/defs-1.json", version: null, holds: { queues: 2 } },
      ...{ rename: { a: "a" }, older: 0, leftOut: [] },
    }),
  ],
  notTaken: [{ what: "qdrant snapshot", path: "/backups/qdrant/x.snapshot", instead: "make them anew" }],
  refusals: [],
  replaced: [
    {
      store: "mongo",
      path: "database/kaleem/collection/orders/documents",
      kind: "documents",
      now: 7,
      file: 300,
    },
    {
      store: "mongo",
      path: "database/kaleem/collection/audit/documents",
      kind: "documents",
      now: 0,
      file: 2,
    },
    { store: "rabbitmq", path: "vhost/%2F/queue/a", kind: "queues", now: null, file: null },
  ],
  closed: false,
});

test("a plan says of each file what it is, what it holds, and what of that is there already", () => {
  assert.equal(
    renderImportPlan(plan),
    [
      "Import from /backups",
      "",
      "mongo: /backups/mongo/mongo-1.archive.gz",
      "  of 2025-10-01 03:00 UTC, 4.7 KiB, written by version 7.0.42; 6 older beside it",
      "  holds collections: 2, documents: 320",
      "  not loaded: the database admin: users",
      "  kaleem_old becomes kaleem",
      "  replaces database/kaleem/collection/orders/documents: documents: 7 there, 300 in the file",
      "",
      "rabbitmq: /backups/rabbitmq/defs-1.json",
      "  of 2025-10-01 03:00 UTC, 4.7 KiB",
      "  holds queues: 2",
      "  a keeps its name",
      "  there already: queues: 1",
      "",
      "Found, and not imported:",
      "  qdrant snapshot (/backups/qdrant/x.snapshot): make them anew",
      "",
      "The platform is closed meanwhile. A point is taken before anything is changed, and one afterwards.",
    ].join("\n"),
  );
  const nothing = renderImportPlan({ ...plan, replaced: [], closed: true });
  assert.match(nothing, /\n {2}replaces nothing\n/);
  assert.match(nothing, /\nThe platform is closed and stays so\./);
});

test("many replaced things are told up to a dozen", () => {
  const replaced = Array.from({ length: 20 }, (_, index) => ({
    ...{ store: "mongo", path: `p${index}`, kind: "documents", now: null, file: 1 },
  }));
  const text = renderImportPlan({ ...plan, replaced });
  assert.equal(text.match(/replaces p\d+: documents: an unknown number there, 1 in the file/g)?.length, 12);
  assert.match(text, /\n {2}and 8 more; --json lists them\n/);
});

test("an end says what each store is, and after a difference how to go back", () => {
  const store = { store: "redis", file: "dump.rdb", seconds: 1.5, checked: 7, differences: [] };
  const whole = { before: "p1", after: "p2", stores: [store], opened: true };
  assert.equal(
    renderImport(whole),
    "✓ redis: dump.rdb, 7 entries are what the file says, 1.5 s\nPoint before: p1; with what was imported: p2\nThe platform serves.",
  );
  assert.match(renderImport({ ...whole, opened: false }), /closed before, and stays closed\.$/);
  const differs = {
    ...whole,
    after: null,
    opened: false,
    stores: [{ ...store, differences: ["a: missing"] }],
  };
  assert.match(
    renderImport(differs),
    /^✗ redis: dump\.rdb differs from what is there now\n {4}a: missing\nPoint before: p1\nThe platform is closed\. To go back to what was here: \.\/kaleem restore --at p1 --over-existing\./,
  );
});
