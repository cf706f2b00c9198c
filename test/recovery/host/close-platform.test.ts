import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { closePlatform, openPlatform } from "../../../recovery/host/close-platform.ts";
import { layout } from "../../../contract/layout.ts";
import { agentFixture, type AgentFixture } from "../agent/agent-fixture.ts";

let agent: AgentFixture;
beforeEach(async () => {
  agent = await agentFixture();
  agent.docker.services.set("api", { version: 1, replicas: 2 });
});
afterEach(() => agent.stop());

function run(id: string, health: string): void {
  agent.docker.containers.set(id, {
    service: "api",
    startedAt: "t",
    paused: false,
    health: { Status: health, FailingStreak: 1 },
  });
}

describe("closePlatform", () => {
  it("closes the edge before it scales, and returns when no application is left", async () => {
    run("a1", "healthy");
    agent.docker.before = (call) => {
      if (call === "POST /services/api/update") {
        assert.ok(agent.files.has(layout.closed), "customers are told first");
        setTimeout(() => agent.docker.containers.delete("a1"), 300);
      }
      return undefined;
    };
    assert.match(await closePlatform(agent.context), /^edge closed, api gone after /);
    assert.equal(agent.docker.services.get("api")?.replicas, 0);
    assert.equal(agent.docker.containers.has("a1"), false);
  });
});

describe("openPlatform", () => {
  it("opens the edge only when every application has its replicas healthy", async () => {
    agent.files.set(layout.closed, "closed");
    agent.docker.services.set("api", { version: 1, replicas: 0 });
    run("a1", "healthy");
    run("a2", "starting");
    setTimeout(() => {
      assert.ok(agent.files.has(layout.closed), "still closed while one is starting");
      run("a2", "healthy");
    }, 300);
    assert.match(await openPlatform(agent.context), /^api ×2 healthy after .*, edge open$/);
    assert.equal(agent.docker.services.get("api")?.replicas, 2);
    assert.equal(agent.files.has(layout.closed), false);
  });

  it("ends when it is interrupted, with the edge closed", async () => {
    agent.files.set(layout.closed, "closed");
    const interrupted = AbortSignal.timeout(200);
    await assert.rejects(openPlatform({ ...agent.context, interrupted }));
    assert.ok(agent.files.has(layout.closed));
  });
});
