import { defineStateless } from "../definition.ts";
import { monitoringServer } from "../monitoring-server.ts";

/** Keeps the logs of all containers and of the host for two weeks. Reached by Grafana and by `logcli` through a tunnel. */
export const loki = defineStateless({
  ...monitoringServer({
    name: "loki",
    // No image of it can be made where only packages are to be had: its own health command says that it is ready.
    ready: ["/usr/bin/loki", "-health"],
    // It calls itself ready a minute or more after its start, once its ring has settled.
    startPeriod: "3m",
    memory: "256MiB",
    cpus: 1,
    stopGrace: "30s",
    keeps: "/loki",
  }),
  image: "loki",
  user: "10001:10001",
  entrypoint: ["/usr/bin/loki"],
  args: ["-config.file=/etc/loki/config.yml"],
  ports: { http: 3100 },
  metrics: { port: "http", path: "/metrics" },
  files: { "/etc/loki/config.yml": new URL("files/config.yml", import.meta.url) },
  scratch: { "/tmp": "16MiB" },
  optional: { enabledByDefault: true },
  recovery: "none: logs start empty; nothing that has to come back is only in them",
});
