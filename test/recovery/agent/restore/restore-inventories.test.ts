import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { layout } from "../../../../contract/layout.ts";
import { restoreInventories } from "../../../../recovery/agent/restore/restore-inventories.ts";
import { BucketProofs } from "../../../../recovery/proof/bucket-proofs.ts";
import { ProofRecords } from "../../../../recovery/proof/proof-record.ts";
import type { ChosenPoint } from "../../../../recovery/restore/plan/restore-plan.ts";
import { manifest, proofOf } from "../../restore/phases/ports-fixture.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

const record = proofOf(manifest());
const { redis, ...others } = record.stores;
const point: ChosenPoint = {
  id: record.point,
  instant: record.instant,
  lineage: "prod-1",
  generation: 1,
  from: "offsite",
  snapshot: "s",
  stores: ["mongo", "redis"],
  bytes: null,
};
let agent: AgentFixture;

beforeEach(async () => {
  agent = await agentFixture();
  agent.files.set(layout.resticPassword, "Password_0123456789");
});
afterEach(() => agent.stop());

const recorded = () => restoreInventories(agent.context).recorded(point);
const records = () => new ProofRecords(agent.context.host, layout.proofs);
const ship = async () => new BucketProofs(await agent.context.bucket(), "Password_0123456789").write(record);

test("a proof of this host is taken, and the bucket is not asked", async () => {
  await records().write(record);
  assert.deepEqual(await recorded(), record);
  assert.deepEqual(agent.s3.requests, []);
});

test("on a machine that has none the shipped one is taken, and kept", async () => {
  await ship();
  assert.deepEqual(await recorded(), record);
  assert.deepEqual(await records().read(record.point), record);
});

test("one that lacks a store is completed by the shipped one, and else told as it is", async () => {
  assert.ok(redis);
  const part = { ...record, ok: false, stores: others, problems: ["redis: not proven: it ended."] };
  await records().write(part);
  assert.deepEqual(await recorded(), part);
  await ship();
  assert.deepEqual(await recorded(), record);
});

test("a bucket that is away, or a password that opens nothing, leaves the point unproven, and that is said", async () => {
  await ship();
  agent.files.set(layout.resticPassword, "Another_Password");
  assert.equal(await recorded(), null);
  agent.files.set(layout.resticPassword, "Password_0123456789");
  await agent.stop();
  assert.equal(await recorded(), null);
  assert.match(
    agent.lines.join("\n"),
    /whether point \S+ was proven off-site cannot be told: .*does not answer/,
  );
});
