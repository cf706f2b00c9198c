import { defineStateless } from "../definition.ts";

/** Keeps traces for three days; services send them by OTLP over HTTP to port 4318. */
export const tempo = defineStateless({
  name: "tempo",
  image: "tempo",
  user: "10001:10001",
  entrypoint: ["/tempo"],
  args: ["-config.file=/etc/tempo/config.yml"],
  ports: { http: 3200, otlp: 4318 },
  metrics: { port: "http", path: "/metrics" },
  files: { "/etc/tempo/config.yml": new URL("files/config.yml", import.meta.url) },
  // Of the last release whose image has wget; from 3.0 on the program asks itself (-health), and its configuration is another.
  health: {
    argv: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3200/ready"],
    every: "15s",
    timeout: "5s",
    retries: 4,
    startPeriod: "1m",
  },
  limits: { memory: "192MiB", cpus: 0.5 },
  replicas: 1,
  stopGrace: "30s",
  optional: { enabledByDefault: true },
  history: { "/var/tempo": "tempo" },
  runsClosed: true,
  recovery: "none: traces start empty",
});
