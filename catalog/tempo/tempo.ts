import { defineStateless } from "../definition.ts";
import { monitoringServer } from "../monitoring-server.ts";

/** Keeps traces for three days; services send them by OTLP over HTTP to port 4318. */
export const tempo = defineStateless({
  ...monitoringServer({
    name: "tempo",
    // Of the last release whose image has wget; from 3.0 on the program asks itself (-health), and its configuration is another.
    ready: "http://127.0.0.1:3200/ready",
    startPeriod: "1m",
    memory: "192MiB",
    stopGrace: "30s",
    keeps: "/var/tempo",
  }),
  image: "tempo",
  user: "10001:10001",
  entrypoint: ["/tempo"],
  args: ["-config.file=/etc/tempo/config.yml"],
  ports: { http: 3200, otlp: 4318 },
  metrics: { port: "http", path: "/metrics" },
  files: { "/etc/tempo/config.yml": new URL("files/config.yml", import.meta.url) },
  optional: { enabledByDefault: true },
  recovery: "none: traces start empty",
});
