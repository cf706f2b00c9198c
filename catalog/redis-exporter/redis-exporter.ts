import { defineStateless } from "../definition.ts";
import { exporter } from "../exporter.ts";

/** Redis' own numbers: memory, clients, persistence. */
export const redisExporter = defineStateless({
  ...exporter("http://127.0.0.1:9121/health"),
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
});
