import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { kitKeysDigest } from "../../../contract/kit-check.ts";
import { layout } from "../../../contract/layout.ts";
import { renderOffsiteCredentials } from "../../../contract/offsite-credentials.ts";
import type { AgentContext } from "../../../recovery/agent/context.ts";
import { kitState, readKitCheck } from "../../../recovery/agent/kit-check.ts";
import { agentFixture, type AgentFixture } from "./agent-fixture.ts";

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  keysOf("ID");
});
afterEach(() => agent.stop());

const key = "/kaleem-backup/lineage/kit-check.json";
const metrics = () => agent.files.get(`${layout.metrics}/kaleem-kit.prom`) ?? "";
const keysOf = (accessKeyId: string) =>
  agent.files.set(
    layout.offsiteCredentials,
    renderOffsiteCredentials({ accessKeyId, secretAccessKey: "secret" }),
  );
/** The fixture's agent, of a stack whose file is sealed. */
const sealedTo = (recipient: string): AgentContext => ({
  ...agent.context,
  config: { ...agent.context.config, kit: { recipient } },
});
function check(recipient: string | null): void {
  const keys = kitKeysDigest({
    ...agent.context.config.offsite,
    accessKeyId: "ID",
    secretAccessKey: "secret",
    recipient,
  });
  agent.s3.objects.set(key, {
    body: JSON.stringify({ version: 1, at: "2026-11-20T12:00:00.000Z", keys }),
    version: 1,
  });
}

describe("the last check of the recovery kit", () => {
  it("is taken from the bucket, kept, and told to monitoring", async () => {
    check("age1x");
    const state = { sealed: true, checkedAt: "2026-11-20T12:00:00.000Z", keysChanged: false };
    assert.deepEqual(await readKitCheck(sealedTo("age1x")), state);
    agent.s3.objects.clear();
    assert.deepEqual(await kitState(sealedTo("age1x")), state, "without the bucket");
    assert.match(metrics(), /^kaleem_kit_checked_timestamp_seconds 1795176000$/m);
    assert.match(metrics(), /^kaleem_kit_keys_changed 0$/m);
    assert.match(metrics(), /^kaleem_kit_sealed 1$/m);
  });

  it("is out of date when the bucket's keys, or the recipient, are others since", async () => {
    check("age1x");
    assert.equal((await readKitCheck(sealedTo("age1y"))).keysChanged, true);
    assert.match(metrics(), /^kaleem_kit_keys_changed 1$/m);
    assert.equal((await readKitCheck(agent.context)).keysChanged, true);
    keysOf("OTHER");
    assert.equal((await kitState(sealedTo("age1x"))).keysChanged, true);
    keysOf("ID");
    assert.equal((await kitState(sealedTo("age1x"))).keysChanged, false);
  });

  it("is none where nobody checked, and where the record cannot be understood", async () => {
    const none = { sealed: false, checkedAt: null, keysChanged: false };
    assert.deepEqual(await readKitCheck(agent.context), none);
    assert.doesNotMatch(metrics(), /checked_timestamp/);
    check(null);
    assert.equal((await readKitCheck(agent.context)).checkedAt, "2026-11-20T12:00:00.000Z");
    for (const body of ["{", '{"version":2}']) {
      agent.s3.objects.set(key, { body, version: 1 });
      assert.deepEqual(await readKitCheck(agent.context), none);
      assert.match(
        agent.lines.at(-1) ?? "",
        /lineage\/kit-check\.json in the bucket cannot be understood: it counts as no check/,
      );
    }
  });
});
