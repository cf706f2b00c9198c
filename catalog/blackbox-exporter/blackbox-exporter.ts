import { blackboxConfig } from "./blackbox-config.ts";
import { defineStateless } from "../definition.ts";
import { exporter } from "../exporter.ts";

/** Asks the edge as a customer would, over TLS. */
export const blackboxExporter = defineStateless({
  ...exporter("http://127.0.0.1:9115/-/healthy"),
  name: "blackbox-exporter",
  image: "blackbox-exporter",
  user: "65534:65534",
  entrypoint: ["/bin/blackbox_exporter"],
  args: ["--config.file=/etc/blackbox_exporter/config.yml", "--web.listen-address=:9115"],
  ports: { http: 9115 },
  metrics: { port: "http", path: "/metrics" },
  generated: { "/etc/blackbox_exporter/config.yml": blackboxConfig },
});
