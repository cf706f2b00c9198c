import { defineStore } from "../definition.ts";
import { storeHealth } from "../store-health.ts";
import { redisRecovery } from "./recovery.ts";
import { redisSizing } from "./sizing.ts";

/**
 * Values by key, sessions and locks. Loses at most one second in a crash (AOF everysec).
 * Cost: the memory limit, half of it for data, and as much on disk; writes beyond that are refused with OOM. Recovery: from a recovery point; Redis replays its AOF.
 */
export const redis = defineStore({
  name: "redis",
  image: "redis",
  user: "999:999",
  entrypoint: ["/bin/sh", "/etc/kaleem/entrypoint"],
  ports: { redis: 6379 },
  // The applications' user keeps its name: Redis knows several passwords a user.
  facts: { host: "redis", port: "6379", user: "app", password: { secret: "redis-app-password" } },
  data: { "/data": "redis" },
  secrets: { password: "redis-password" },
  userSecrets: { "app-password": "redis-app-password" },
  secretMeanings: {
    "redis-password": "Password of Redis' administrator, the user default; used by the host's agent.",
    "redis-app-password":
      "Password of the applications' user, app, which may read and write the keys that their settings name.",
  },
  files: {
    "/etc/kaleem/redis.conf": new URL("files/redis.conf", import.meta.url),
    "/etc/kaleem/entrypoint": new URL("files/entrypoint.sh", import.meta.url),
    "/etc/kaleem/health": new URL("files/health.sh", import.meta.url),
  },
  health: storeHealth(["/bin/sh", "/etc/kaleem/health"], { every: "5s", timeout: "4s" }),
  limits: { memory: "1GiB", cpus: 1 },
  sizing: redisSizing,
  stopGrace: "1m",
  recovery: redisRecovery,
});
