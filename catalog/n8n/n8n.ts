import { defineStore } from "../definition.ts";
import { storeHealth } from "../store-health.ts";
import { ownerEmail } from "./n8n-client.ts";
import { n8nRecovery } from "./recovery.ts";
import { n8nSizing } from "./sizing.ts";

/**
 * Workflows and their credentials, in SQLite. Off unless the stack file says otherwise; reached through a tunnel, published
 * nowhere. Cost: the memory limit. Recovery: from a recovery point, which has the database and its write-ahead log of one
 * instant. The owner's password is set anew at every start, so that older data takes the present one; whoever was logged in
 * logs in again. The encryption key is another matter: n8n refuses to start on data that was written with another key, so
 * that a restore of such data stops at "resetUsers" until the key of that time is set.
 */
export const n8n = defineStore({
  name: "n8n",
  image: "n8n",
  optional: { enabledByDefault: false },
  user: "1000:1000",
  entrypoint: ["/bin/sh", "/etc/kaleem/entrypoint"],
  ports: { http: 5678 },
  facts: { host: "n8n", port: "5678" },
  metrics: { port: "http", path: "/metrics" },
  env: {
    DB_TYPE: "sqlite",
    N8N_PORT: "5678",
    N8N_ENCRYPTION_KEY_FILE: "/run/secrets/encryption-key",
    // Since 2.17: applied at every start.
    N8N_INSTANCE_OWNER_MANAGED_BY_ENV: "true",
    N8N_INSTANCE_OWNER_EMAIL: ownerEmail,
    N8N_INSTANCE_OWNER_PASSWORD_HASH_FILE: "/dev/shm/owner-password-hash",
    N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: "true",
    N8N_BLOCK_ENV_ACCESS_IN_NODE: "true",
    N8N_PROXY_HOPS: "1",
    N8N_METRICS: "true",
    N8N_DIAGNOSTICS_ENABLED: "false",
    N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
    N8N_TEMPLATES_ENABLED: "false",
    N8N_PERSONALIZATION_ENABLED: "false",
    GENERIC_TIMEZONE: "UTC",
  },
  data: { "/home/node/.n8n": "n8n" },
  scratch: { "/tmp": "64MiB", "/home/node/.cache": "128MiB" },
  secrets: { "encryption-key": "n8n-encryption-key", "owner-password": "n8n-owner-password" },
  secretMeanings: {
    "n8n-encryption-key":
      "Encrypts the credentials in n8n's database. Never change it: data written with it can be read with no other.",
    "n8n-owner-password": `Password of n8n's owner, ${ownerEmail}; set in n8n at every start, also used by the host's agent.`,
  },
  files: {
    "/etc/kaleem/entrypoint": new URL("files/entrypoint.sh", import.meta.url),
    "/etc/kaleem/owner-hash.cjs": new URL("files/owner-hash.cjs", import.meta.url),
    "/etc/kaleem/health.cjs": new URL("files/health.cjs", import.meta.url),
  },
  health: storeHealth(["node", "/etc/kaleem/health.cjs"], { every: "15s", retries: 4 }),
  limits: { memory: "1GiB", cpus: 1 },
  sizing: n8nSizing,
  stopGrace: "1m",
  recovery: n8nRecovery,
});
