import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { layout } from "../../../contract/layout.ts";
import { drillState, watchDrills } from "../../../recovery/agent/drill-watch.ts";
import { agentFixture, type AgentFixture } from "./agent-fixture.ts";

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
});
afterEach(() => agent.stop());

const metrics = () => agent.files.get(`${layout.metrics}/kaleem-drills.prom`) ?? "";
const watch = async () => watchDrills(agent.context, await agent.context.bucket());
/** An entry as an operator appends it; nobody looks at its signature here. */
function put(sequence: number, record: Record<string, unknown> = {}): void {
  const entry = JSON.stringify({
    version: 1,
    sequence,
    previous: null,
    stack: "prod",
    appendedAt: "2026-11-20T12:00:00.000Z",
    nonce: "n",
    record: {
      id: `drill ${sequence}`,
      scenario: "total-loss",
      finishedAt: `2026-11-0${sequence}T12:00:00.000Z`,
      success: true,
      rto: { seconds: 240, personSeconds: 0, objectiveSeconds: 3600 },
      ...record,
    },
  });
  set(sequence, JSON.stringify({ version: 1, entry, signature: "-" }));
}
function set(sequence: number, body: string): void {
  agent.s3.objects.set(`/kaleem-backup/drills/00000${sequence}.json`, { body, version: 1 });
}

describe("the history of drills, as a host sees it", () => {
  it("tells the newest, kept for when the bucket is not there, and told to monitoring", async () => {
    put(1);
    put(2, { scenario: "bad-migration", rto: { seconds: 60.5 } });
    const state = {
      sequence: 2,
      last: {
        finishedAt: "2026-11-02T12:00:00.000Z",
        scenario: "bad-migration",
        success: true,
        rtoSeconds: 60.5,
      },
      lastSuccessAt: "2026-11-01T12:00:00.000Z",
    };
    assert.deepEqual(await watch(), state);
    agent.s3.objects.clear();
    assert.deepEqual(await drillState(agent.context), state);
    assert.match(metrics(), /^kaleem_drill_last_success_timestamp_seconds 1793534400$/m);
    assert.match(metrics(), /^kaleem_drill_last_timestamp_seconds 1793620800$/m);
    assert.match(metrics(), /^kaleem_drill_last_rto_seconds 60\.5$/m);
  });

  it("counts for the quarter only what lost a whole platform and succeeded", async () => {
    put(1, { success: false, rto: { seconds: null } });
    put(2, { scenario: "operator-error" });
    assert.equal((await watch())?.lastSuccessAt, null);
    assert.doesNotMatch(metrics(), /last_success/);
    put(3, { scenario: "ransomware" });
    assert.equal((await watch())?.lastSuccessAt, "2026-11-03T12:00:00.000Z");
  });

  it("reads an entry once", async () => {
    put(1);
    await watch();
    put(2);
    await watch();
    await watch();
    assert.deepEqual([agent.s3.asked("000001.json"), agent.s3.asked("000002.json")], [["GET"], ["GET"]]);
  });

  it("is none where nothing was recorded, and says when what was there is gone", async () => {
    assert.equal(await watch(), null);
    put(1);
    await watch();
    agent.s3.objects.clear();
    assert.equal(await watch(), null);
    assert.match(agent.lines.at(-1) ?? "", /^drills\/: entry 1 of the history of drills is gone$/);
    assert.equal(await drillState(agent.context), null);
    assert.doesNotMatch(metrics(), /^kaleem_drill_/m);
  });

  it("takes for none what cannot be understood, and what is of a time to come: neither silences the alert", async () => {
    for (const body of ["{", '{"version":1}', '{"version":1,"entry":"{}","signature":""}']) {
      set(1, body);
      assert.equal(await watch(), null);
      assert.match(agent.lines.at(-1) ?? "", /^drills\/000001\.json in the bucket cannot be understood/);
    }
    put(1, { finishedAt: "2030-01-01T00:00:00.000Z" });
    assert.equal(await watch(), null);
  });
});
