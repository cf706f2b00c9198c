import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { claimPath } from "../../../recovery/lineage/claim.ts";
import { counterPath, nextSequence, type Numbered } from "../../../recovery/lineage/sequence.ts";
import { tagsOf } from "../../../recovery/point/point-tags.ts";
import type { Snapshot } from "../../../recovery/restic/snapshot.ts";
import { memoryHost } from "../point/memory-host.ts";

let host: ReturnType<typeof memoryHost>;
let listed: Snapshot[];
let listings: number;
beforeEach(() => {
  host = memoryHost();
  listed = [];
  listings = 0;
});

const local = {
  snapshots: (lineage?: string): Promise<readonly Snapshot[]> => {
    listings += 1;
    return Promise.resolve(listed.filter((snapshot) => snapshot.host === lineage));
  },
};

function next(hour = 1, generation = 2, lineage = "prod-1"): Promise<Numbered> {
  return nextSequence(host, local, { lineage, generation, instant: instantAt(hour) });
}

function instantAt(hour: number): string {
  return new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
}

function snapshot(hour: number, sequence: number | undefined, generation = 2): Snapshot {
  const id = `20261121T${String(hour).padStart(2, "0")}0000Z-0000`;
  const tags = tagsOf({ id, lineage: "prod-1", generation, instant: instantAt(hour), sequence, stores: [] });
  return { id: `s${hour}`, time: "", host: "prod-1", paths: [], tags, bytes: 1 };
}

describe("nextSequence", () => {
  it("counts from 1, tells the instant before, and lists the repository once only", async () => {
    assert.deepEqual(await next(1), { sequence: 1, previousInstant: null });
    assert.deepEqual(await next(2), { sequence: 2, previousInstant: instantAt(1) });
    assert.deepEqual(await next(1), { sequence: 3, previousInstant: instantAt(2) });
    assert.equal(listings, 1);
  });

  it("is durable before it is used: a point that came to nothing leaves a gap", async () => {
    await next();
    assert.equal((JSON.parse(host.files.get(counterPath) ?? "") as { sequence: number }).sequence, 1);
    assert.equal((await next()).sequence, 2);
  });

  it("begins anew with each generation and lineage", async () => {
    await next();
    assert.equal((await next(2, 3)).sequence, 1);
    assert.equal((await next(2, 2, "prod-2")).sequence, 1);
  });

  it("goes on after the newest in the repository when the counter is lost or damaged", async () => {
    listed = [snapshot(1, 7), snapshot(3, undefined), snapshot(2, 8), snapshot(4, 40, 1)];
    assert.deepEqual(await next(5), { sequence: 9, previousInstant: instantAt(2) });
    host.files.set(counterPath, '{"sequence":');
    assert.equal((await next(5)).sequence, 9);
  });

  it("numbers after points of before there were any", async () => {
    listed = [snapshot(1, undefined), snapshot(3, undefined)];
    assert.deepEqual(await next(5), { sequence: 1, previousInstant: instantAt(3) });
  });

  it("goes on after what the head was last seen to hold: this disk may have been set back", async () => {
    const claim = {
      lineage: "prod-1",
      generation: 2,
      host: "m",
      nonce: "n",
      intended: null,
      bucket: null,
      sequence: 30,
      seenAt: null,
    };
    host.files.set(claimPath, JSON.stringify([claim]));
    await next();
    assert.equal((await next()).sequence, 32);
    assert.equal((await next(1, 3)).sequence, 1);
    // A damaged claim stops the shipping, not the point.
    host.files.set(claimPath, "{");
    assert.equal((await next(1, 3)).sequence, 2);
  });

  it("begins at 1 where the point makes the repository, and fails with it otherwise", async () => {
    const missing = { snapshots: () => Promise.reject(new RecoveryError(exitCodes.noRepository, "none")) };
    const point = { lineage: "prod-1", generation: 2, instant: instantAt(1) };
    assert.equal((await nextSequence(host, missing, point)).sequence, 1);
    const broken = { snapshots: () => Promise.reject(new RecoveryError(exitCodes.wrongPassword, "wrong")) };
    await assert.rejects(nextSequence(host, broken, { ...point, generation: 3 }), /wrong/);
  });
});
