import { relative } from "node:path";
import { layout } from "../../contract/layout.ts";
import type { Units } from "./units.ts";

/** Measures the containers twice a minute. It may ask Docker's socket, the edge and MongoDB, and write the
 * directories of metrics and of deployments. */
export const containerUnits: Units = {
  service: [
    {
      name: "Unit",
      entries: [
        ["Description", "Measures the containers for monitoring"],
        ["After", "docker.service"],
        ["StartLimitIntervalSec", 0],
      ],
    },
    {
      name: "Service",
      entries: [
        ["Type", "oneshot"],
        ["ExecStart", `${layout.agentCommand} containers`],
        // The next run is due; Docker is slow then, and AgentMetricsStale says so.
        ["TimeoutStartSec", 25],
        // systemd's two lines a run, and the result, would be most of the journal; what went wrong is in it.
        ["LogLevelMax", "notice"],
        ["SyslogLevel", "notice"],
        ["StandardOutput", "null"],
        ["StandardError", "journal"],
        ["Nice", 10],
        ["UMask", "0022"],
        ["NoNewPrivileges", true],
        ["ProtectSystem", "strict"],
        ["ReadWritePaths", layout.metrics],
        ["StateDirectory", relative("/var/lib", layout.deployments)],
        ["ProtectHome", true],
        ["PrivateTmp", true],
        ["PrivateDevices", true],
        ["ProtectKernelModules", true],
        ["ProtectKernelTunables", true],
        ["ProtectKernelLogs", true],
        ["ProtectControlGroups", true],
        ["ProtectClock", true],
        ["ProtectHostname", true],
        ["LockPersonality", true],
        ["RestrictNamespaces", true],
        ["RestrictRealtime", true],
        ["RestrictSUIDSGID", true],
        // The edge and MongoDB: at their containers' addresses on this host, whatever range Docker has taken.
        ["RestrictAddressFamilies", "AF_UNIX AF_INET"],
        ["IPAddressDeny", "any"],
        ["IPAddressAllow", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"],
        ["SystemCallArchitectures", "native"],
        ["SystemCallFilter", "@system-service @pkey"],
        ["CapabilityBoundingSet", ""],
      ],
    },
  ],
  timer: [
    { name: "Unit", entries: [["Description", "Metrics of the containers for monitoring"]] },
    {
      name: "Timer",
      entries: [
        ["OnCalendar", "*-*-* *:*:00/30"],
        ["AccuracySec", "1s"],
      ],
    },
    { name: "Install", entries: [["WantedBy", "timers.target"]] },
  ],
};
