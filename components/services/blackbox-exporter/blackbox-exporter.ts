import { blackboxConfig } from "../../monitoring/blackbox-config.ts";
import { defineStateless } from "../definition.ts";

/** Asks the edge as a customer would, over TLS. */
export const blackboxExporter = defineStateless({
  name: "blackbox-exporter",
  image: "blackbox-exporter",
  user: "65534:65534",
  entrypoint: ["/bin/blackbox_exporter"],
  args: ["--config.file=/etc/blackbox_exporter/config.yml", "--web.listen-address=:9115"],
  ports: { http: 9115 },
  metrics: { port: "http", path: "/metrics" },
  generated: { "/etc/blackbox_exporter/config.yml": blackboxConfig },
  health: {
    argv: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9115/-/healthy"],
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
