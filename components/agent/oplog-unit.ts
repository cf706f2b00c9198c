import { relative } from "node:path";
import { layout } from "../../contract/layout.ts";
import type { IniSection } from "../text/ini.ts";

/** Its name with systemd. It ends by itself when there is a new agent, and is started again with it. */
export const oplogUnitName = "kaleem-oplog.service";

/**
 * Ships the oplog as long as the host runs: an entry is to be off-site within ten seconds, which no timer gives. It asks MongoDB over the
 * network and Docker by its socket, runs restic once for the key of its slices, and enters no task.
 */
export const oplogUnit: readonly IniSection[] = [
  {
    name: "Unit",
    entries: [
      ["Description", "Ships MongoDB's oplog off-site as it is written"],
      ["Wants", "network-online.target docker.service"],
      ["After", "network-online.target docker.service"],
      ["RequiresMountsFor", layout.dataRoot],
      ["StartLimitIntervalSec", 0],
    ],
  },
  {
    name: "Service",
    entries: [
      ["Type", "simple"],
      ["ExecStart", `${layout.agentCommand} ship-oplog`],
      ["Restart", "always"],
      ["RestartSec", "15s"],
      ["Nice", 5],
      // A slice in all its forms, and restic while it opens the repository.
      ["MemoryMax", "512M"],
      ["TasksMax", 64],
      ["UMask", "0077"],
      ["NoNewPrivileges", true],
      ["ProtectSystem", "strict"],
      ["StateDirectory", relative("/var/lib", layout.oplog)],
      ["StateDirectoryMode", "0700"],
      ["ReadWritePaths", `/var/cache/kaleem ${layout.locks} ${layout.metrics}`],
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
      ["RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"],
      ["SystemCallArchitectures", "native"],
      ["SystemCallFilter", "@system-service @pkey"],
      ["CapabilityBoundingSet", ""],
    ],
  },
  { name: "Install", entries: [["WantedBy", "multi-user.target"]] },
];
