import assert from "node:assert/strict";
import test from "node:test";
import { containerSpec } from "../../../components/services/container-spec.ts";
import { minio } from "../../../catalog/minio/minio.ts";
import { mongo } from "../../../catalog/mongo/mongo.ts";
import { n8n } from "../../../catalog/n8n/n8n.ts";
import { qdrant } from "../../../catalog/qdrant/qdrant.ts";
import { rabbitmq } from "../../../catalog/rabbitmq/rabbitmq.ts";
import { redis } from "../../../catalog/redis/redis.ts";
import { madeUpStore } from "../../catalog/made-up.ts";

const image = `store@sha256:${"a".repeat(64)}`;
const gigabyte = 2 ** 30;

test("a store is held to its container's memory as the stack file gives it, and by default to its definition's", () => {
  const spec = containerSpec({ definition: redis, image, memoryBytes: 2 * gigabyte });
  assert.deepEqual(spec.args, ["--maxmemory", String(gigabyte)]);
  assert.deepEqual(containerSpec({ definition: redis, image }).args, ["--maxmemory", String(gigabyte / 2)]);
});

test("what is added comes after the definition's own arguments and beside its environment", () => {
  const definition = madeUpStore({
    args: ["serve"],
    env: { A: "1" },
    sizing: (memoryBytes) => ({ args: ["--memory", String(memoryBytes)], env: { B: "2" } }),
  });
  const { args, env } = containerSpec({ definition, image, memoryBytes: 7 });
  assert.deepEqual([args, env], [["serve", "--memory", "7"], { A: "1", B: "2" }]);
  const plain = containerSpec({ definition: madeUpStore(), image });
  assert.ok(!("args" in plain) && !("env" in plain));
});

test("each engine by its own setting, with room", () => {
  const sizes = (memoryBytes: number) => ({
    mongo: mongo.sizing?.(memoryBytes).args,
    rabbitmq: rabbitmq.sizing?.(memoryBytes).env,
    minio: minio.sizing?.(memoryBytes).env,
    n8n: n8n.sizing?.(memoryBytes).env,
  });
  assert.deepEqual(sizes(gigabyte / 2), {
    mongo: ["--wiredTigerCacheSizeGB", "0.25"],
    rabbitmq: { KALEEM_MEMORY_WATERMARK_BYTES: "268435456", KALEEM_FREE_DISK_BYTES: "1073741824" },
    minio: { GOMEMLIMIT: "384MiB" },
    n8n: { NODE_OPTIONS: "--max-old-space-size=384" },
  });
  assert.deepEqual(sizes(8 * gigabyte), {
    mongo: ["--wiredTigerCacheSizeGB", "3.2"],
    rabbitmq: { KALEEM_MEMORY_WATERMARK_BYTES: "4294967296", KALEEM_FREE_DISK_BYTES: "4294967296" },
    minio: { GOMEMLIMIT: "6144MiB" },
    n8n: { NODE_OPTIONS: "--max-old-space-size=6144" },
  });
  // Qdrant sees its container's limit itself, and takes shares.
  assert.equal(qdrant.env?.["QDRANT__STORAGE__QUOTAS__MAX_RESIDENT_MEMORY_PERCENT"], "75");
  assert.equal(qdrant.env["QDRANT__STORAGE__QUOTAS__ENABLED"], "true");
});

test("memory that an engine cannot run in is refused by its key", () => {
  for (const [definition, message] of [
    [mongo, "services.mongo.memory: expected at least 512MiB, got 32MiB"],
    [redis, "services.redis.memory: expected at least 64MiB, got 32MiB"],
    [rabbitmq, "services.rabbitmq.memory: expected at least 256MiB, got 32MiB"],
    [minio, "services.minio.memory: expected at least 256MiB, got 32MiB"],
    [n8n, "services.n8n.memory: expected at least 256MiB, got 32MiB"],
  ] as const) {
    assert.throws(() => containerSpec({ definition, image, memoryBytes: 2 ** 25 }), { message });
  }
});
