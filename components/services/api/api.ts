import { defineStateless } from "../definition.ts";

/** Orders over HTTP. Keeps nothing: MongoDB and Redis do. */
export const api = defineStateless({
  name: "api",
  image: "api",
  user: "1000:1000",
  ports: { http: 3000 },
  env: {
    PORT: "3000",
    // One member and no driver-side retries: an order that was not confirmed is not acknowledged either.
    MONGO_URL: "mongodb://mongo:27017/kaleem?replicaSet=rs0&directConnection=true&retryWrites=false",
    REDIS_URL: "redis://redis:6379",
    REDIS_USER: "app",
  },
  secrets: { "mongo-password": "mongo-app-password", "redis-password": "redis-app-password" },
  logins: { MONGO_USER: { user: "app", secret: "mongo-app-password" } },
  files: { "/etc/kaleem/health": new URL("files/health.sh", import.meta.url) },
  // Ready means that both stores answer: an update to a version that cannot reach them is rolled back.
  health: {
    argv: ["/bin/sh", "/etc/kaleem/health"],
    every: "5s",
    timeout: "4s",
    retries: 6,
    startPeriod: "20s",
  },
  limits: { memory: "256MiB", cpus: 1 },
  replicas: 2,
  // Longer than the server's own drain limit of 20 s.
  stopGrace: "30s",
  recovery: "none: rebuilt from its image; all it knows is in the stores",
});
