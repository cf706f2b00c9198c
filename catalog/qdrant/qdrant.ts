import { defineStore } from "../definition.ts";
import { storeHealth } from "../store-health.ts";
import { qdrantRecovery } from "./recovery.ts";

/**
 * Vectors, with their payload, in collections that the applications make. Cost: the memory limit (vectors lie in memory), and as much on disk.
 * Recovery: from a recovery point; Qdrant replays its write-ahead log. Vectors are derived data: what is lost can be made
 * again from MongoDB by the embedding service. A snapshot of Qdrant's own goes back only into the same minor version.
 */
export const qdrant = defineStore({
  name: "qdrant",
  image: "qdrant",
  // Of upstream's image for unprivileged use.
  user: "1000:1000",
  entrypoint: ["/bin/bash", "/etc/kaleem/entrypoint"],
  // Port 6333 answers metrics too, but only with the key, which Prometheus would then have to hold.
  ports: { http: 6333, metrics: 6336 },
  facts: { host: "qdrant", port: "6333", key: { secret: "qdrant-api-key" } },
  metrics: { port: "metrics", path: "/metrics" },
  env: {
    QDRANT__STORAGE__STORAGE_PATH: "/qdrant/storage",
    QDRANT__STORAGE__SNAPSHOTS_PATH: "/qdrant/snapshots",
    QDRANT__SERVICE__METRICS_PORT: "6336",
    // Nobody may make it fetch addresses of the inner network.
    QDRANT__SERVICE__ENABLE_SNAPSHOT_URL_RECOVERY: "false",
    QDRANT__TELEMETRY_DISABLED: "true",
    // Since 1.19: beyond these it refuses updates, and goes on answering. The first is of its container's memory, the second of the
    // volume that all stores share.
    QDRANT__STORAGE__QUOTAS__ENABLED: "true",
    QDRANT__STORAGE__QUOTAS__MAX_RESIDENT_MEMORY_PERCENT: "75",
    QDRANT__STORAGE__QUOTAS__MAX_DISK_USAGE_PERCENT: "95",
    // A mark that it writes beside its program otherwise, where nothing may be written.
    QDRANT_INIT_FILE_PATH: "/dev/shm/qdrant-initialized",
  },
  // Snapshots elsewhere would lie in the container's own layer and be gone with it.
  data: { "/qdrant/storage": "qdrant", "/qdrant/snapshots": "qdrant-snapshots" },
  secrets: { "api-key": "qdrant-api-key", "former-api-key": "qdrant-former-api-key" },
  formerSecrets: { "qdrant-api-key": "qdrant-former-api-key" },
  secretMeanings: {
    "qdrant-api-key": "Qdrant's API key, with all rights; also used by the host's agent.",
    "qdrant-former-api-key":
      "A second key that Qdrant accepts: during a rotation the former one, afterwards a random, unused one.",
  },
  files: {
    "/etc/kaleem/entrypoint": new URL("files/entrypoint.sh", import.meta.url),
    "/etc/kaleem/health": new URL("files/health.sh", import.meta.url),
  },
  health: storeHealth(["/bin/bash", "/etc/kaleem/health"], { every: "5s", timeout: "4s" }),
  limits: { memory: "1GiB", cpus: 1 },
  stopGrace: "1m",
  recovery: qdrantRecovery,
});
