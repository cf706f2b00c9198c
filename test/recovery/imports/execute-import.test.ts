import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { executeImport, wayBack, type ImportPorts } from "../../../recovery/imports/execute-import.ts";
import { judgeStores, replacedBy } from "../../../recovery/imports/plan-import.ts";
import { sourceOf } from "../../catalog/support/portable-source.ts";

const request = {
  id: "import-1",
  planOnly: false,
  sources: ["mongo", "redis"].map((store) => sourceOf({ store, name: `${store}.file` })),
};

function host(overrides: Partial<ImportPorts> = {}): { did: string[]; ports: ImportPorts } {
  const did: string[] = [];
  let points = 0;
  return {
    did,
    ports: {
      checkFiles: async () => [],
      judge: async () => [],
      close: async () => did.push("close") > 0,
      open: async () => void did.push("open"),
      takePoint: async () => {
        did.push("point");
        return `p${(points += 1)}`;
      },
      load: async ({ store }) => void did.push(`load ${store}`),
      resetUsers: async (store) => void did.push(`users ${store}`),
      verify: async ({ store }) => {
        did.push(`verify ${store}`);
        return [];
      },
      say: () => undefined,
      now: () => 0,
      ...overrides,
    },
  };
}

test("judges all, closes, takes a point, goes store by store, takes another point, and opens", async () => {
  const { did, ports } = host();
  const result = await executeImport(request, ports);
  assert.deepEqual(did, [
    ...["close", "point", "load mongo", "users mongo", "verify mongo"],
    ...["load redis", "users redis", "verify redis", "point", "open"],
  ]);
  assert.deepEqual([result.before, result.after, result.opened], ["p1", "p2", true]);
});

test("a file or store that is refused stops all of it before anything is done, with every reason", async () => {
  const { did, ports } = host({
    checkFiles: async () => ["a: one"],
    judge: async () => ["b: two", "c: three"],
  });
  await assert.rejects(executeImport(request, ports), (error: unknown) => {
    assert.ok(error instanceof RecoveryError);
    assert.equal(error.exitCode, exitCodes.usage);
    assert.equal(error.message, "a: one\nb: two\nc: three\nNothing was imported.");
    return true;
  });
  assert.deepEqual(did, []);
});

test("without a point of what is here nothing is changed, and the platform serves as before", async () => {
  const { did, ports } = host({
    takePoint: async () => {
      throw new RecoveryError(exitCodes.diskFull, "no space.");
    },
  });
  await assert.rejects(executeImport(request, ports), (error: unknown) => {
    assert.ok(error instanceof RecoveryError);
    assert.equal(error.exitCode, exitCodes.diskFull);
    assert.match(
      error.message,
      /^No point could be taken of what is here, so nothing was imported: no space\.$/,
    );
    return true;
  });
  assert.deepEqual(did, ["close", "open"]);
});

test("a load that fails leaves the platform closed, touches no other store, and says the way back", async () => {
  const { did, ports } = host({
    load: async () => {
      throw new Error("the tool ended");
    },
  });
  await assert.rejects(executeImport(request, ports), {
    message: `mongo: mongo.file was not loaded whole: the tool ended\n${wayBack("p1")}`,
  });
  assert.deepEqual(did, ["close", "point"]);
});

test("a store that differs from its file leaves the platform closed, and no point is called good", async () => {
  const { did, ports } = host({ verify: async ({ store }) => (store === "mongo" ? ["x: missing"] : []) });
  const result = await executeImport(request, ports);
  assert.deepEqual([result.after, result.opened], [null, false]);
  assert.deepEqual(
    result.stores.map(({ store, differences }) => [store, differences]),
    [
      ["mongo", ["x: missing"]],
      ["redis", []],
    ],
  );
  assert.equal(did.filter((one) => one === "open" || one === "point").join(), "point");
});

test("a platform that was closed stays closed", async () => {
  const { did, ports } = host({ close: async () => false });
  assert.equal((await executeImport(request, ports)).opened, false);
  assert.ok(!did.includes("open"));
});

test("what a file would replace is told with both numbers; what is only in one of them is not", () => {
  const source = sourceOf({
    store: "mongo",
    stated: [
      { path: "a", kind: "documents", count: 5 },
      { path: "b", kind: "documents", count: 7 },
    ],
  });
  const inventory = {
    ...{ format: 1 as const, store: "mongo", version: "1", takenAt: "", finishedAt: "", leftOut: [] },
    coverage: { hashed: 0, of: 0, bytes: 0, sampled: false },
    entries: { a: { kind: "documents", count: 3 }, z: { kind: "documents", count: 9 } },
  };
  assert.deepEqual(replacedBy(source, inventory), [
    { store: "mongo", path: "a", kind: "documents", now: 3, file: 5 },
  ]);
});

test("a store that is off, and one that this agent cannot import into, are told", () => {
  const stores = [{ name: "redis", importable: false }];
  assert.deepEqual(judgeStores(request.sources, stores), [
    "mongo: mongo.file cannot be imported: this stack has no mongo; leave it out with --store",
    "redis: redis.file cannot be imported by this agent: run ./kaleem up, and import again",
  ]);
});
