import { defineStateless } from "../definition.ts";
import { monitoringServer } from "../monitoring-server.ts";

/**
 * Brings the containers' output and the host's journal to Loki: syslog-ng, the lightest kept one whose program can also be had as
 * a distribution's package. Docker writes which service a line is of beside it, so that no socket of Docker's is needed here.
 */
export const logShipper = defineStateless({
  ...monitoringServer({
    name: "log-shipper",
    ready: ["/usr/sbin/syslog-ng-ctl", "healthcheck", "--control=/tmp/syslog-ng.ctl", "--timeout=4"],
    startPeriod: "30s",
    pace: { every: "15s", retries: 3 },
    memory: "96MiB",
    stopGrace: "15s",
    // How far each file has been read, and what Loki has not taken yet.
    keeps: "/var/lib/syslog-ng",
  }),
  image: "syslog-ng",
  // The files belong to root, and nobody else may read them.
  user: "0:0",
  entrypoint: ["/usr/sbin/syslog-ng"],
  args: [
    "--foreground",
    "--no-caps",
    "--cfgfile=/etc/kaleem/syslog-ng.conf",
    "--persist-file=/var/lib/syslog-ng/positions",
    "--control=/tmp/syslog-ng.ctl",
    "--pidfile=/tmp/syslog-ng.pid",
  ],
  ports: {},
  files: { "/etc/kaleem/syslog-ng.conf": new URL("files/syslog-ng.conf", import.meta.url) },
  reads: {
    "/host/containers": "/var/lib/docker/containers",
    "/var/log/journal": "/var/log/journal",
    // The journal lies in a directory of this name.
    "/etc/machine-id": "/etc/machine-id",
  },
  scratch: { "/tmp": "4MiB" },
  optional: { enabledByDefault: true },
  recovery: "none: continues where it stopped, or with what the host still has",
});
