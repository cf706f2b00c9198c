import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "node:test";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import type { AgentContext } from "../../../recovery/agent/context.ts";
import { cancelMove, moveBucket } from "../../../recovery/agent/move-bucket.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { HeadStore } from "../../../recovery/lineage/head-store.ts";
import { renewHead } from "../../../recovery/lineage/renew-head.ts";
import { TestS3 } from "../restic/test-s3.ts";
import { agentFixture, machineId, type AgentFixture } from "./agent-fixture.ts";

const own = { lineage: "prod-1", generation: 1, host: machineId };
const keys = { accessKeyId: "ID", secretAccessKey: "secret" };

let fixture: AgentFixture;
let context: AgentContext;
let former: TestS3;
let next: TestS3;
let from: Bucket;
let to: Bucket;
beforeEach(async () => {
  [former, next, fixture] = await Promise.all([TestS3.start(), TestS3.start(), agentFixture()]);
  former.pageSize = next.pageSize = 2;
  const at = (s3: TestS3, prefix: string) =>
    new Bucket({ endpoint: s3.endpoint, bucket: s3.bucket, prefix, region: "auto" }, keys);
  from = at(former, "");
  to = at(next, "prod");
  context = {
    ...fixture.context,
    bucket: () => Promise.resolve(from),
    head: () => Promise.resolve(new HeadStore(from)),
  };
  fixture.files.set(layout.lineage, JSON.stringify(own));
  former.objects.set(
    "lineage/head.json",
    Buffer.from(
      JSON.stringify({ ...own, stack: "test", parent: null, changedAt: "2026-11-21T00:00:00.000Z" }),
    ),
  );
  await renewHead(holder(from), own);
  for (const key of ["restic/config", "kit/stack.yaml", "catalogue/points.json", "restic/locks/l"])
    former.objects.set(key, Buffer.from(key));
  for (const content of ["p1", "p2", "p3"]) named("data", content);
  named("index", "i1");
  named("snapshots", "s1");
});
afterEach(async () => {
  await Promise.all([former.stop(), next.stop(), fixture.stop()]);
});

function holder(bucket: Bucket) {
  return { host: fixture.context.host, bucket, log: { line: () => undefined } };
}

function named(folder: string, content: string): string {
  const name = createHash("sha256").update(content).digest("hex");
  const key = folder === "data" ? `restic/data/${name.slice(0, 2)}/${name}` : `restic/${folder}/${name}`;
  former.objects.set(key, Buffer.from(content));
  return key;
}

async function failure(work: Promise<unknown>): Promise<RecoveryError> {
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof RecoveryError, String(error));
  return error;
}

const held = (s3: TestS3, prefix = ""): string[] =>
  [...s3.objects.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .sort();

describe("moving to another bucket", () => {
  it("copies everything, leaves the former one as it was, and the host goes on in the other alone", async () => {
    const before = held(former);
    const { objects, copied } = await moveBucket(context, to);
    assert.deepEqual([objects, copied], [8, 8]);
    assert.deepEqual(held(former), before);
    assert.deepEqual(
      held(next, "prod/"),
      before.filter((key) => !key.includes("locks")),
    );
    const error = await failure(renewHead(holder(from), own));
    assert.equal(error.exitCode, exitCodes.config);
    assert.match(
      error.message,
      /^Everything in this bucket was moved to s3:\/\/kaleem-backup\/prod at http:.*--cancel`\.$/,
    );
    // What "superseded for ever" was: the very same host, with its claim of before.
    const head = await renewHead(holder(to), own);
    assert.equal(head.movedTo, undefined);
    assert.equal((await renewHead(holder(to), own)).lineage, "prod-1");
  });

  it("goes on where it was, sends nothing twice, and takes an index away that a prune has replaced meanwhile", async () => {
    next.fault = ({ method, key }) =>
      method === "PUT" && key.includes("/snapshots/") ? { status: 403, code: "AccessDenied" } : null;
    await failure(moveBucket(context, to));
    assert.equal(next.objects.get("prod/lineage/head.json"), undefined, "the head goes last");
    await renewHead(holder(from), own);
    next.fault = () => null;
    const [stale] = held(former).filter((key) => key.startsWith("restic/index/"));
    former.objects.delete(stale ?? "");
    const fresh = named("index", "i2");
    const again = await moveBucket(context, to);
    assert.equal(again.copied, 4, "index, snapshot, kit and catalogue");
    assert.deepEqual(held(next, "prod/restic/index/"), [fresh.slice("restic/index/".length)]);
    assert.equal((await moveBucket(context, to)).copied, 0, "a second run finds all of it");
    former.objects.set("catalogue/points.json", Buffer.from("CATALOGUE/POINTS.JSON"));
    assert.equal((await moveBucket(context, to)).copied, 1, "a record of the same size is another one");
    assert.equal(next.objects.get("prod/catalogue/points.json")?.toString(), "CATALOGUE/POINTS.JSON");
    await renewHead(holder(to), own);
  });

  it("can be given up, and the former bucket is written to as before", async () => {
    await moveBucket(context, to);
    assert.equal(await cancelMove(context), true);
    await renewHead(holder(from), own);
    assert.equal(await cancelMove(context), false);
    await moveBucket(context, to);
    await renewHead(holder(to), own);
  });

  it("refuses a bucket that is somebody's, this one, and one that ignores conditions, before it writes there", async () => {
    assert.equal((await failure(moveBucket(context, from))).exitCode, exitCodes.usage);
    next.objects.set("prod/restic/config", Buffer.from("another"));
    const taken = await failure(moveBucket(context, to));
    assert.equal(taken.exitCode, exitCodes.alreadyFounded);
    assert.match(taken.message, /holds another repository already; nothing was written there/);
    next.objects.clear();
    const head = {
      ...own,
      lineage: "other-1",
      stack: "x",
      parent: null,
      changedAt: "2026-11-21T00:00:00.000Z",
    };
    next.objects.set("prod/lineage/head.json", Buffer.from(JSON.stringify(head)));
    assert.match(
      (await failure(moveBucket(context, to))).message,
      /holds lineage other-1 of host 01234567 already/,
    );
    next.objects.clear();
    next.conditions = "ignored";
    assert.equal((await failure(moveBucket(context, to))).exitCode, exitCodes.offsiteRefused);
    assert.deepEqual(
      held(next).filter((key) => !key.includes("probe")),
      [],
    );
    await renewHead(holder(from), own);
  });

  it("copies nothing that is not what its name says", async () => {
    const damaged = named("data", "p4");
    former.objects.set(damaged, Buffer.from("garbage"));
    const error = await failure(moveBucket(context, to));
    assert.equal(error.exitCode, exitCodes.repositoryDamaged);
    assert.match(
      error.message,
      new RegExp(`${damaged} in s3://kaleem-backup at .* is not what its name says`),
    );
    assert.equal((await new HeadStore(to).read()) === null, true);
  });
});
