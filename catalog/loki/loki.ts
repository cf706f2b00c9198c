import { defineStateless } from "../definition.ts";

/** Keeps the logs of all containers and of the host for two weeks. Reached by Grafana and by `logcli` through a tunnel. */
export const loki = defineStateless({
  name: "loki",
  image: "loki",
  user: "10001:10001",
  entrypoint: ["/usr/bin/loki"],
  args: ["-config.file=/etc/loki/config.yml"],
  ports: { http: 3100 },
  metrics: { port: "http", path: "/metrics" },
  files: { "/etc/loki/config.yml": new URL("files/config.yml", import.meta.url) },
  scratch: { "/tmp": "16MiB" },
  // No image of it can be made where only packages are to be had: its own health command says that it is ready.
  health: {
    argv: ["/usr/bin/loki", "-health"],
    every: "15s",
    timeout: "5s",
    retries: 4,
    // It calls itself ready a minute or more after its start, once its ring has settled.
    startPeriod: "3m",
  },
  limits: { memory: "256MiB", cpus: 1 },
  replicas: 1,
  stopGrace: "30s",
  optional: { enabledByDefault: true },
  history: { "/loki": "loki" },
  runsClosed: true,
  recovery: "none: logs start empty; nothing that has to come back is only in them",
});
