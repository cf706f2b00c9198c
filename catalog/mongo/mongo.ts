import { defineStore } from "../definition.ts";
import { storeHealth } from "../store-health.ts";
import { mongoRecovery } from "./recovery.ts";
import { mongoSizing } from "./sizing.ts";

/**
 * The applications' documents, the source of truth. A replica set of one node, so that writes are journalled and the oplog exists.
 * Cost: the memory limit (two fifths of it are WiredTiger's cache). Recovery: from a recovery point; the engine recovers as
 * from a crash. Changing the keyfile or root's password replaces the task; the other users' passwords change while it runs.
 */
export const mongo = defineStore({
  name: "mongo",
  image: "mongo",
  user: "999:999",
  // The image's entry point stays: on the first start it makes the user root, before the server listens.
  args: [
    "mongod",
    "--replSet",
    "rs0",
    "--keyFile",
    "/run/secrets/keyfile",
    "--bind_ip_all",
    "--dbpath",
    "/data/db",
  ],
  env: {
    MONGO_INITDB_ROOT_USERNAME: "root",
    MONGO_INITDB_ROOT_PASSWORD_FILE: "/run/secrets/root-password",
  },
  ports: { mongodb: 27017 },
  facts: {
    host: "mongo",
    port: "27017",
    user: { user: "app", password: "mongo-app-password" },
    password: { secret: "mongo-app-password" },
  },
  data: { "/data/db": "mongo" },
  // The server's socket, and what the entry point writes on the first start.
  scratch: { "/tmp": "64MiB" },
  secrets: {
    "root-password": "mongo-root-password",
    keyfile: "mongo-keyfile",
  },
  userSecrets: {
    "app-password": "mongo-app-password",
    "backup-password": "mongo-backup-password",
    "restore-password": "mongo-restore-password",
  },
  secretMeanings: {
    "mongo-root-password":
      "Password of MongoDB's administrator, root; created at the first start, used by the host's agent to create the other users.",
    "mongo-app-password":
      "Password of the applications' user. The user's name ends in the password's fingerprint, so a new password works beside the old one.",
    "mongo-backup-password": "Password of the user backup, with which the host's agent reads and measures.",
    "mongo-restore-password": "Password of the user restore, with which dumps are loaded.",
    "mongo-keyfile": "Key that the members of the replica set share to authenticate each other.",
  },
  files: {
    "/etc/kaleem/health": new URL("files/health.sh", import.meta.url),
    "/etc/kaleem/health.js": new URL("files/health.js", import.meta.url),
  },
  health: storeHealth(["/bin/sh", "/etc/kaleem/health"]),
  limits: { memory: "2GiB", cpus: 2 },
  sizing: mongoSizing,
  stopGrace: "2m",
  recovery: mongoRecovery,
});
