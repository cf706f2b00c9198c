import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { restoreHead } from "../../../../recovery/agent/restore/restore-head.ts";
import { claimPath, readClaim } from "../../../../recovery/lineage/claim.ts";
import type { Head } from "../../../../recovery/lineage/head.ts";
import { renewHead } from "../../../../recovery/lineage/renew-head.ts";
import { HeadChanged } from "../../../../recovery/restore/phases/ports.ts";
import { agentFixture, machineId, type AgentFixture } from "../agent-fixture.ts";

const headKey = "/kaleem-backup/lineage/head.json";
const own = { lineage: "prod-1", generation: 1, host: machineId };
const stack = { stack: "test", parent: null, changedAt: "2026-11-21T00:00:00.000Z" };
const next: Head = { ...own, generation: 2, ...stack };

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.s3.objects.set(headKey, { body: JSON.stringify({ ...own, ...stack }), version: 1000 });
});
afterEach(() => agent.stop());

async function ship(lineage = own): Promise<void> {
  const { host, log } = agent.context;
  await renewHead({ host, bucket: await agent.context.bucket(), log }, lineage);
}

describe("restoreHead", () => {
  it("claims the head under a nonce that the next shipping knows", async () => {
    const port = restoreHead(agent.context);
    await port.replace(next, (await port.read())?.etag ?? null);
    const claimed = (await port.read())?.head;
    const nonce = claimed?.nonce;
    assert.ok(nonce);
    assert.equal(await port.wrote(claimed), true);
    assert.equal(await port.wrote({ ...claimed, nonce: "a clone's" }), false);
    assert.equal(await port.wrote({ ...next }), true, "an older agent's head has none");
    assert.equal((await readClaim(agent.context.host, next))?.nonce, nonce);
    await ship(next);
  });

  it("makes the first head where there is none", async () => {
    agent.s3.objects.delete(headKey);
    await restoreHead(agent.context).replace(next, null);
    await ship(next);
    await assert.rejects(restoreHead(agent.context).replace(next, null), HeadChanged);
  });

  it("wins although its answer was lost", async () => {
    const port = restoreHead(agent.context);
    const etag = (await port.read())?.etag ?? null;
    agent.s3.storedBut = [500];
    await port.replace(next, etag);
    assert.equal((await port.read())?.head.generation, 2);
  });

  it("is not beaten by this host's own shipping since the plan was made", async () => {
    const port = restoreHead(agent.context);
    const etag = (await port.read())?.etag ?? null;
    await ship();
    await port.replace(next, etag);
    assert.equal((await port.read())?.head.generation, 2);
  });

  it("is beaten by another host's shipping since then, and by another restore", async () => {
    const port = restoreHead(agent.context);
    const etag = (await port.read())?.etag ?? null;
    const body = JSON.stringify({ ...own, ...stack, nonce: "of another machine" });
    agent.s3.objects.set(headKey, { body, version: 1001 });
    await assert.rejects(port.replace(next, etag), HeadChanged);
    assert.equal(agent.s3.objects.get(headKey)?.body, body);
  });

  it("keeps the claim on the present generation until the next one is won", async () => {
    await ship();
    const held = agent.s3.objects.get(headKey);
    const body = JSON.stringify({ ...own, ...stack, nonce: "of another machine" });
    agent.s3.objects.set(headKey, { body, version: 1001 });
    await assert.rejects(restoreHead(agent.context).replace(next, '"gone"'), HeadChanged);
    assert.ok(held);
    agent.s3.objects.set(headKey, held);
    await ship();
  });

  it("makes a claim anew that cannot be understood", async () => {
    agent.files.set(claimPath, "{");
    const port = restoreHead(agent.context);
    await port.replace(next, (await port.read())?.etag ?? null);
    await ship(next);
  });
});
