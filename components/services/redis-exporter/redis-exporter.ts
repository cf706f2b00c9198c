import { defineStateless } from "../definition.ts";

/** Redis' own numbers: memory, clients, persistence. */
export const redisExporter = defineStateless({
  name: "redis-exporter",
  // The variant with a shell: the exporter wants its password in a file of its own form.
  image: "redis-exporter",
  user: "59000:59000",
  entrypoint: ["/bin/sh", "/etc/kaleem/entrypoint"],
  ports: { http: 9121 },
  metrics: { port: "http", path: "/metrics" },
  env: { REDIS_ADDR: "redis://redis:6379", REDIS_EXPORTER_WEB_LISTEN_ADDRESS: ":9121" },
  secrets: { password: "redis-password" },
  files: { "/etc/kaleem/entrypoint": new URL("files/entrypoint.sh", import.meta.url) },
  scratch: { "/tmp": "1MiB" },
  health: {
    argv: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9121/health"],
    every: "10s",
    timeout: "5s",
    retries: 3,
    startPeriod: "15s",
  },
  limits: { memory: "64MiB", cpus: 0.5 },
  replicas: 1,
  stopGrace: "10s",
  runsFenced: true,
  recovery: "none: keeps nothing",
});
