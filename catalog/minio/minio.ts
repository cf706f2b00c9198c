import { defineStore } from "../definition.ts";
import { storeHealth } from "../store-health.ts";
import { minioRecovery } from "./recovery.ts";
import { minioSizing } from "./sizing.ts";

/**
 * Objects, which applications write once and seldom change. Only S3 and a few calls of the admin API
 * are used of it (docs/decisions/0007-object-store.md says why, and what may take its place).
 * Cost: the memory limit. Recovery: from a recovery point; its files are copied while it runs, just after the other stores'.
 * Changing root's password replaces the task, which takes the one that it was started with; the applications' changes while it runs.
 */
export const minio = defineStore({
  name: "minio",
  image: "minio",
  // Any will do: upstream's image knows no user of its own.
  user: "1000:1000",
  args: ["minio", "server", "--address", ":9000", "/data"],
  env: {
    MINIO_ROOT_USER: "root",
    MINIO_ROOT_PASSWORD_FILE: "/run/secrets/root-password",
    // It makes directories for certificates at home at each start, and fails where it may not.
    HOME: "/tmp",
    // A console would be one more door; a store that looks for updates talks to strangers.
    MINIO_BROWSER: "off",
    MINIO_UPDATE: "off",
    // Otherwise metrics want a token signed with root's password, which every rotation would break. No port is published:
    // who asks is in the overlay network, and learns sizes and counts, never an object or its name.
    MINIO_PROMETHEUS_AUTH_TYPE: "public",
  },
  ports: { s3: 9000 },
  facts: {
    host: "minio",
    port: "9000",
    user: { user: "app", password: "minio-app-password" },
    password: { secret: "minio-app-password" },
  },
  metrics: { port: "s3", path: "/minio/v2/metrics/cluster" },
  data: { "/data": "minio" },
  copied: "after-instant",
  unfinished: ["minio/.minio.sys/tmp"],
  // That home, and the health check's configuration of mc, with the password in it.
  scratch: { "/tmp": "16MiB" },
  secrets: { "root-password": "minio-root-password" },
  userSecrets: { "app-password": "minio-app-password" },
  secretMeanings: {
    "minio-root-password":
      "Password of MinIO's administrator, root; used by the host's agent and the health check.",
    "minio-app-password":
      "Password of the applications' user, which may work in the buckets that their settings name. The user's name ends in the password's fingerprint, so a new password works beside the old one.",
  },
  files: { "/etc/kaleem/health": new URL("files/health.sh", import.meta.url) },
  health: storeHealth(["/bin/sh", "/etc/kaleem/health"]),
  limits: { memory: "1GiB", cpus: 1 },
  sizing: minioSizing,
  stopGrace: "1m",
  recovery: minioRecovery,
});
