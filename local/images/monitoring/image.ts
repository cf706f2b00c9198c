import { makeDebianRootfs, type DebianRootfs } from "../debian-rootfs.ts";
import type { ImageRecipe } from "../recipe.ts";

/** Path in the upstream image → Debian's program. */
const programs = {
  "/bin/prometheus": "/usr/bin/prometheus",
  "/bin/promtool": "/usr/bin/promtool",
  "/bin/alertmanager": "/usr/bin/prometheus-alertmanager",
  "/bin/amtool": "/usr/bin/amtool",
  "/bin/node_exporter": "/usr/bin/prometheus-node-exporter",
  "/bin/blackbox_exporter": "/usr/bin/prometheus-blackbox-exporter",
  "/redis_exporter": "/usr/bin/prometheus-redis-exporter",
  "/usr/bin/nginx-prometheus-exporter": "/usr/bin/prometheus-nginx-exporter",
  // Health checks ask with busybox's wget, as upstream's images do.
  "/usr/bin/wget": "/usr/bin/busybox",
} as const;

const rootfs: DebianRootfs = {
  suite: "forky",
  variant: "essential",
  packages: [
    "busybox-static",
    "prometheus",
    "prometheus-alertmanager",
    "prometheus-blackbox-exporter",
    "prometheus-nginx-exporter",
    "prometheus-node-exporter",
    "prometheus-redis-exporter",
    "syslog-ng-core",
    "syslog-ng-mod-http",
  ],
  finish: [
    ...Object.entries(programs).map(
      ([path, program]) => `test -e "$1${path}" || ln -s ${program} "$1${path}"; test -x "$1${program}"`,
    ),
    // Names of upstream's users, for logs and `id`; the numbers are the definitions'.
    `sed -i '/^nobody:/d' "$1/etc/passwd"; echo 'nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin' >> "$1/etc/passwd"`,
  ],
  version: { ofPackage: "prometheus" },
};

/**
 * Prometheus, Alertmanager, their exporters and syslog-ng of Debian forky in one image: each definition starts its own
 * program, by the path that it has in the upstream image. syslog-ng is here to check the log shipper's file only: the shipper
 * has no stand-in, since it would have no Loki to bring logs to.
 */
export const monitoringImage: ImageRecipe = {
  name: "monitoring",
  from: "Debian forky packages",
  inputs: () => [JSON.stringify(rootfs)],
  config: ['CMD ["/bin/prometheus", "--version"]'],
  build: (directory, report) => makeDebianRootfs(rootfs, directory, report),
};
