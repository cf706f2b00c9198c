import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import { layout } from "../../../../contract/layout.ts";
import {
  keepReserve,
  liftAt,
  reserveOf,
  type ReservePorts,
} from "../../../../recovery/agent/reserve/keep-reserve.ts";
import { readReserveState, reserveStatePath } from "../../../../recovery/agent/reserve/reserve-state.ts";
import { memoryHost } from "../../point/memory-host.ts";

const GiB = 2 ** 30;
const total = 100 * GiB;
const writes = {
  refuse: () => assert.fail("in its own process"),
  allow: () => assert.fail("in its own process"),
};
const stores = [
  { name: "first", recovery: { writes } },
  { name: "second", recovery: { writes } },
  { name: "without", recovery: {} },
] as unknown as ReservePorts["stores"];

let host: ReturnType<typeof memoryHost>;
let free: number;
let restoring: boolean;
let edge: () => Promise<void>;
let down: string[];
let did: string[];
let lines: string[];
beforeEach(() => {
  host = memoryHost();
  edge = () => Promise.resolve();
  [free, restoring, down, did, lines] = [50 * GiB, false, [], [], []];
});

function look() {
  return keepReserve({
    host,
    log: { line: (line) => void lines.push(line) },
    locks: { taken: () => Promise.resolve(restoring) },
    stores,
    space: () => Promise.resolve({ freeBytes: free, totalBytes: total }),
    open: (name) => {
      if (down.includes(name)) return Promise.reject(new Error("it does not answer."));
      return Promise.resolve({
        refuseWrites: () => Promise.resolve((did.push(`${name} refuses`), `former of ${name}`)),
        allowWrites: (kept) => Promise.resolve(void did.push(`${name} allows ${kept ?? "without"}`)),
        close: () => Promise.resolve(),
      });
    },
    setEdgeReadOnly: async (readOnly) => {
      await edge();
      did.push(readOnly ? "edge reads" : "edge writes");
    },
  });
}

const metric = (): string => host.files.get(`${layout.metrics}/kaleem-reserve.prom`) ?? "";

describe("the reserve of a data volume", () => {
  it("is 5 %, at least 1 GiB, and of a small volume an eighth; it is always below what DiskSpaceLow alerts at", () => {
    assert.equal(reserveOf(100 * GiB), 5 * GiB);
    assert.equal(reserveOf(20 * GiB), GiB);
    assert.equal(reserveOf(8 * GiB), GiB);
    assert.equal(reserveOf(2 * GiB), GiB / 4);
    for (const size of [1, 2, 4, 8, 16, 64, 1024]) {
      assert.ok(
        liftAt(reserveOf(size * GiB)) < 0.2 * size * GiB,
        `${size} GiB: lifted before the alert ends`,
      );
    }
  });

  it("is left alone while there is room: no store is asked", async () => {
    free = 5 * GiB;
    assert.deepEqual(await look(), { freeBytes: free, reserveBytes: 5 * GiB, blocked: false, refusing: [] });
    assert.deepEqual(did, []);
    assert.match(metric(), /^kaleem_writes_blocked 0$/m);
    assert.match(metric(), /^kaleem_disk_reserve_bytes 5368709120$/m);
  });

  it("lets the edge and then each store that can refuse writes, and says so once", async () => {
    free = 5 * GiB - 1;
    assert.deepEqual((await look()).refusing, ["first", "second"]);
    assert.deepEqual(did, ["edge reads", "first refuses", "second refuses"]);
    assert.match(metric(), /^kaleem_writes_blocked 1$/m);
    assert.equal((await readReserveState(host))?.since, "2026-11-21T12:00:00.000Z");
    await look();
    assert.equal(did.length, 6, "a store that was started anew knows nothing of it");
    assert.equal(lines.filter((line) => line.startsWith("WARNING")).length, 1);
  });

  it("takes writes again only with half as much more, each store with what was kept of it, the edge last", async () => {
    free = GiB;
    await look();
    did = [];
    free = 7 * GiB;
    assert.equal((await look()).blocked, true, "not yet");
    did = [];
    free = 7.5 * GiB;
    assert.equal((await look()).blocked, false);
    assert.deepEqual(did, ["first allows former of first", "second allows former of second", "edge writes"]);
    assert.equal(host.files.has(reserveStatePath), false);
    assert.match(metric(), /^kaleem_writes_blocked 0$/m);
    did = [];
    await look();
    assert.deepEqual(did, []);
  });

  it("does what it can when a store does not answer, names it, and asks it again", async () => {
    free = GiB;
    down = ["first"];
    await assert.rejects(look(), (error) => {
      assert.ok(error instanceof RecoveryError);
      assert.equal(error.exitCode, exitCodes.storeDown);
      assert.match(
        error.message,
        /at the edge, but not by each store: first: it does not answer\. The next look/,
      );
      return true;
    });
    assert.deepEqual(did, ["edge reads", "second refuses"]);
    assert.match(metric(), /^kaleem_writes_blocked 1$/m);
    down = ["second"];
    await assert.rejects(look());
    free = 50 * GiB;
    await assert.rejects(look(), /There is room again, but writes are still refused: second:/);
    assert.deepEqual((await readReserveState(host))?.refusing, { second: "former of second" });
    assert.deepEqual(
      (await readReserveState(host))?.asked,
      ["second"],
      "whatever it answered when it was asked",
    );
    assert.match(metric(), /^kaleem_writes_blocked 1$/m);
    down = [];
    assert.equal((await look()).blocked, false);
    assert.equal(did.at(-1), "edge writes");
  });

  it("knows what is to be lifted whatever becomes of the run that refused", async () => {
    free = GiB;
    edge = () => Promise.reject(new Error("Docker does not answer"));
    await assert.rejects(look(), { message: "Docker does not answer" });
    edge = () => Promise.resolve();
    free = 50 * GiB;
    assert.equal((await look()).blocked, false);
    assert.deepEqual(did, ["first allows without", "second allows without", "edge writes"]);
  });

  it("is lifted although the file that says so is damaged", async () => {
    host.files.set(reserveStatePath, "{");
    assert.equal((await look()).blocked, false);
    assert.deepEqual(did, ["edge writes"]);
  });

  it("leaves a restore alone", async () => {
    free = GiB;
    restoring = true;
    assert.equal((await look()).blocked, false);
    assert.deepEqual(did, []);
    assert.match(lines.join(), /a restore is at work/);
  });
});
