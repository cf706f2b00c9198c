import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { layout } from "../../../../contract/layout.ts";
import { shipProofs } from "../../../../recovery/agent/points/ship-proofs.ts";
import { tagsOf } from "../../../../recovery/point/point-tags.ts";
import { BucketProofs } from "../../../../recovery/proof/bucket-proofs.ts";
import { ProofRecords } from "../../../../recovery/proof/proof-record.ts";
import type { Snapshot } from "../../../../recovery/restic/snapshot.ts";
import { manifest, proofOf } from "../../restore/phases/ports-fixture.ts";
import { agentFixture, type AgentFixture } from "../agent-fixture.ts";

const ids = [1, 2, 3].map((hour) => `20261121T0${hour}0000Z-0000`);
const [first = "", second = "", third = ""] = ids;
const there = ids.map((id) => ({ id }));
let agent: AgentFixture;

beforeEach(async () => {
  agent = await agentFixture();
  agent.files.set(layout.resticPassword, "Password_0123456789\n");
  for (const id of ids) {
    agent.local.list.push(snapshot(id, `tree-${id}`));
    agent.offsite.list.push(snapshot(id, `tree-${id}`));
  }
});
afterEach(() => agent.stop());

function snapshot(id: string, tree: string): Snapshot {
  const instant = "2026-11-21T01:00:00.000Z";
  const tags = tagsOf({ id, lineage: "prod-1", generation: 1, instant, stores: ["mongo"] });
  return { id: `s-${id}`, time: instant, host: "prod-1", paths: [layout.point], tags, bytes: 1, tree };
}

async function proven(id: string, ok = true): Promise<void> {
  await new ProofRecords(agent.context.host, layout.proofs).write({ ...proofOf(manifest()), point: id, ok });
}

async function ship(points = there): Promise<number> {
  return shipProofs(agent.context, await agent.context.bucket(), points);
}

async function isThere(id: string, password = "Password_0123456789"): Promise<boolean> {
  return (await new BucketProofs(await agent.context.bucket(), password).read(id)) !== null;
}

test("without a proof nothing is asked or written", async () => {
  await proven(first, false);
  assert.equal(await ship(), 0);
  assert.deepEqual(agent.s3.requests, []);
});

test("brings the proofs of points that are off-site, each once", async () => {
  await proven(second);
  assert.equal(await ship(), 1);
  assert.ok(await isThere(second));
  assert.ok(!(await isThere(first)));
  assert.equal(await ship(), 0);
  await proven(third);
  assert.equal(await ship([{ id: first }, { id: second }]), 0, "its point is not there yet");
  assert.equal(await ship(), 1);
});

test("a point whose tree off-site is another one, or not told, is not proven there", async () => {
  await proven(first);
  await proven(second);
  agent.offsite.list[0] = snapshot(first, "another-tree");
  const { tree, ...untold } = snapshot(second, "");
  assert.equal(tree, "");
  agent.offsite.list[1] = untold;
  assert.equal(await ship(), 0);
  assert.ok(!(await isThere(first)) && !(await isThere(second)));
});

test("what was forgotten off-site has no proof there any more", async () => {
  await proven(first);
  await proven(second);
  await ship();
  await ship([{ id: second }]);
  assert.ok(!(await isThere(first)) && (await isThere(second)));
});

test("after the password has changed they are brought again, under the new one", async () => {
  await proven(first);
  await ship();
  agent.files.set(layout.resticPassword, "Another_Password_0123456789");
  assert.equal(await ship(), 1);
  assert.ok(await isThere(first, "Another_Password_0123456789"));
  assert.ok(!(await isThere(first)));
});

test("a memory that a killed write has left in pieces costs one more writing", async () => {
  await proven(first);
  await ship();
  agent.files.set(layout.shippedProofs, '{"sealed');
  assert.equal(await ship(), 1);
});
