import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { HostPort } from "../../../recovery/host/host-port.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { claimPath, readClaim } from "../../../recovery/lineage/claim.ts";
import type { Head } from "../../../recovery/lineage/head.ts";
import { renewHead } from "../../../recovery/lineage/renew-head.ts";
import { memoryHost } from "../point/memory-host.ts";
import { FakeS3 } from "./fake-s3.ts";

const headKey = "/kaleem-backup/lineage/head.json";
const own = { lineage: "prod-1", generation: 2, host: "machine-one" };
const old: Head = { ...own, stack: "prod", parent: null, changedAt: "2026-11-21T00:00:00.000Z" };
type Machine = ReturnType<typeof memoryHost>;

let s3: FakeS3;
let machine: Machine;
let lines: string[];
beforeEach(async () => {
  s3 = await FakeS3.start();
  s3.objects.set(headKey, { body: JSON.stringify(old), version: 1000 });
  machine = memoryHost();
  lines = [];
});
afterEach(() => s3.stop());

function ship(
  host: HostPort = machine,
  shipped: Parameters<typeof renewHead>[2] = [],
  change: { bucket?: string; endpoint?: string } = {},
  proofs: ReadonlyMap<string, boolean> = new Map(),
): Promise<Head> {
  const location = { endpoint: s3.endpoint, bucket: "kaleem-backup", prefix: "", region: "auto", ...change };
  const bucket = new Bucket(location, { accessKeyId: "ID", secretAccessKey: "s" }, 300);
  const ports = { host, bucket, log: { line: (line: string) => void lines.push(line) } };
  return renewHead(ports, own, shipped, (id) => Promise.resolve(proofs.get(id) ?? null));
}

async function failure(work: Promise<unknown>): Promise<RecoveryError> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

/** The same disk at this moment, in another machine. */
function clone({ files }: Machine): Machine {
  const other = memoryHost();
  for (const [path, text] of files) other.files.set(path, text);
  return other;
}

function head(): Head {
  return JSON.parse(s3.objects.get(headKey)?.body ?? "null") as Head;
}

function point(sequence: number | undefined, generation = 2) {
  const id = `20261121T0${sequence ?? 0}0000Z-0000`;
  const instant = `2026-11-21T0${sequence ?? 0}:00:00.000Z`;
  return { id, lineage: "prod-1", generation, instant, ...(sequence === undefined ? {} : { sequence }) };
}

describe("renewHead", () => {
  it("upgrades a head of before there was a nonce, and renews it under a new one each time", async () => {
    const first = await ship();
    assert.deepEqual(head(), {
      ...old,
      sequence: 0,
      nonce: first.nonce,
      renewedAt: "2026-11-21T12:00:00.000Z",
    });
    const second = await ship();
    assert.notEqual(second.nonce, first.nonce);
    assert.equal((await readClaim(machine, own))?.nonce, second.nonce);
    assert.equal(head().changedAt, old.changedAt, "it is held since then");
  });

  it("names the newest point of its own generation, and keeps the sequence when points are forgotten", async () => {
    await ship(machine, [point(undefined), point(3), point(4), point(9, 1)]);
    assert.deepEqual(head().newest, {
      point: point(4).id,
      instant: point(4).instant,
      sequence: 4,
    });
    assert.equal(head().sequence, 4);
    await ship(machine, [point(3)]);
    assert.equal(head().sequence, 4);
    assert.equal(head().newest?.sequence, 3);
    assert.equal((await readClaim(machine, own))?.sequence, 4);
  });

  it("names the newest point off-site that this host has proven, of its own generation", async () => {
    const proofs = new Map([
      [point(1).id, true],
      [point(2).id, true],
      [point(3).id, false],
      [point(9, 1).id, true],
    ]);
    await ship(machine, [point(1), point(2), point(3), point(4), point(9, 1)], {}, proofs);
    assert.deepEqual(head().proven, { point: point(2).id, instant: point(2).instant, sequence: 2 });
    assert.equal(head().newest?.sequence, 4);
  });

  it("keeps a proven point whose record went with the points here, until it is forgotten off-site or refuted", async () => {
    const proven = { point: point(1).id, instant: point(1).instant, sequence: 1 };
    s3.objects.set(headKey, { body: JSON.stringify({ ...old, proven }), version: 1001 });
    await ship();
    assert.deepEqual(head().proven, proven, "nothing is known of what is off-site");
    await ship(machine, [point(1), point(2)]);
    assert.deepEqual(head().proven, proven);
    await ship(machine, [point(1), point(2)], {}, new Map([[point(1).id, false]]));
    assert.equal(head().proven, undefined);
    s3.objects.set(headKey, { body: JSON.stringify({ ...head(), proven }), version: 1002 });
    await ship(machine, [point(2)]);
    assert.equal(head().proven, undefined);
  });

  it("lets the first of two equal machines win, and stops the other for good", async () => {
    await ship();
    const other = clone(machine);
    await ship();
    for (const attempt of [1, 2]) {
      const error = await failure(ship(other));
      assert.equal(error.exitCode, exitCodes.superseded, `attempt ${attempt}`);
      assert.match(
        error.message,
        /renewed at .* by another machine of the same identity.*a clone of this machine ships/,
      );
    }
    await ship();
  });

  it("lets exactly one of two equal machines win that ship at the very same time", async () => {
    await ship();
    const twins = [machine, clone(machine)];
    s3.slowMs = 20;
    const results = await Promise.allSettled(twins.map((twin) => ship(twin)));
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1, JSON.stringify(results));
    const lost = results.find((result) => result.status === "rejected");
    assert.match(String(lost?.reason), /^RecoveryError: This host is superseded/);
  });

  it("tells a clone that was made before there was a nonce", async () => {
    const other = clone(machine);
    await ship();
    assert.match((await failure(ship(other))).message, /has no record of having written the head/);
  });

  for (const [when, writes] of [
    ["before the nonce was noted", 0],
    ["after it was noted and before it was sent", 1],
    ["after the write and before it was confirmed", 2],
  ] as const) {
    it(`recovers from a crash ${when}`, async () => {
      await ship();
      let left: number = writes;
      const dying: HostPort = {
        ...machine,
        writeFile: (path, text) =>
          left-- > 0 ? machine.writeFile(path, text) : Promise.reject(new Error("power off")),
      };
      if (writes === 1) {
        s3.failWrites = Array.from({ length: 3 }, () => ({ status: 500, code: "InternalError" }));
        left = 9;
      } else if (writes === 2) left = 1;
      await assert.rejects(ship(dying));
      const before = head().nonce;
      const again = await ship();
      assert.equal(head().nonce, again.nonce);
      if (writes === 2) assert.notEqual(again.nonce, before);
      await ship();
    });
  }

  it("takes a write for its own that arrives after it was given up", async () => {
    await ship();
    s3.storedLate = [1_500, 1_500, 1_500];
    await failure(ship());
    await new Promise((resolve) => setTimeout(resolve, 1_400));
    await ship();
    await ship();
  });

  it("knows another bucket from another machine, and the same one by another name", async () => {
    await ship();
    const before = machine.files.get(claimPath);
    const error = await failure(ship(machine, [], { bucket: "new-backup" }));
    assert.equal(error.exitCode, exitCodes.config);
    assert.match(
      error.message,
      /names s3:\/\/new-backup at .*, another bucket than the one that lineage prod-1/,
    );
    assert.equal(machine.files.get(claimPath), before);
    await ship(machine, [], { endpoint: s3.endpoint.replace("127.0.0.1", "localhost") });
    assert.match(
      lines.at(-1) ?? "",
      /^the bucket is s3:\/\/kaleem-backup at http:\/\/localhost:\d+ now, was .*: it holds our head$/,
    );
    await ship();
  });

  it("ships nothing while what it keeps of its claim cannot be understood", async () => {
    await ship();
    machine.files.set(claimPath, "{");
    assert.match(
      (await failure(ship())).message,
      /^\/srv\/kaleem\/lineage\.json\.claim cannot be understood: /,
    );
  });
});
