import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseUsage } from "../../../../recovery/agent/measure/container-usage.ts";
import { renderMetrics } from "../../../../recovery/metrics/metrics.ts";
import { serviceSamples } from "../../../../recovery/agent/measure/service-samples.ts";

const container = (id: string, more: object = {}) => ({
  ...{ id, pid: 1, startedAt: "", running: true, paused: false, image: "", health: "healthy" },
  ...more,
});

describe("serviceSamples", () => {
  const text = renderMetrics(
    serviceSamples({
      services: [
        { name: "mongo", replicas: 1 },
        { name: "api", replicas: 2 },
      ],
      tasks: [
        { service: "api", container: container("a".repeat(64)), usage: null },
        {
          service: "api",
          container: container("b".repeat(64), { health: "starting" }),
          usage: { memoryBytes: 5, memoryLimitBytes: 10, cpuSeconds: 1.5 },
        },
      ],
      stores: ["mongo"],
      closed: true,
    }),
  );
  const has = (line: string) => assert.ok(text.split("\n").includes(line), `${line}\nis not in\n${text}`);

  it("tells every state of every service, so that a rule sees a store with nothing healthy", () => {
    has('kaleem_service_tasks{kind="stateful",service="mongo",state="healthy"} 0');
    has('kaleem_service_tasks{kind="stateless",service="api",state="healthy"} 1');
    has('kaleem_service_tasks{kind="stateless",service="api",state="starting"} 1');
    has('kaleem_service_tasks_wanted{service="api"} 2');
    has("kaleem_closed 1");
  });

  it("leaves out the use of a container that ended meanwhile", () => {
    has('kaleem_container_memory_bytes{container="bbbbbbbbbbbb",service="api"} 5');
    has("# TYPE kaleem_container_cpu_seconds_total counter");
    assert.doesNotMatch(text, /aaaaaaaaaaaa/);
  });
});

describe("parseUsage", () => {
  const stats = (more: object) => ({
    memory_stats: { usage: 100, limit: 1000, stats: more },
    cpu_stats: { cpu_usage: { total_usage: 2_000_000_000 } },
  });

  it("takes off what the kernel could give back, in cgroup v1 and v2", () => {
    const wanted = { memoryBytes: 70, memoryLimitBytes: 1000, cpuSeconds: 2 };
    assert.deepEqual(parseUsage(stats({ inactive_file: 30 })), wanted);
    assert.deepEqual(parseUsage(stats({ inactive_file: 1, total_inactive_file: 30 })), wanted);
  });

  it("knows nothing of a container that has just ended: Docker answers without numbers", () => {
    assert.equal(parseUsage({ memory_stats: {}, cpu_stats: { cpu_usage: { total_usage: 0 } } }), null);
  });
});
