import { layout } from "../../contract/layout.ts";
import type { SystemdTimerArgs } from "./systemd-timer.ts";

/**
 * Looks every minute whether sshd, firewall and listening ports are still what was applied, and tells monitoring by a file of
 * metrics. It may look at everything and change nothing but that file.
 */
export function accessCheckUnits(program: readonly string[]): Pick<SystemdTimerArgs, "service" | "timer"> {
  return {
    service: [
      {
        name: "Unit",
        entries: [["Description", "Looks whether sshd and firewall are as they were applied"]],
      },
      {
        name: "Service",
        entries: [
          ["Type", "oneshot"],
          ["ExecStart", [...program, "--metrics", layout.metrics].join(" ")],
          // What it finds is in its metrics and in the journal; a failed unit would say it a third time.
          ["SuccessExitStatus", 1],
          ["TimeoutStartSec", 50],
          ["LogLevelMax", "notice"],
          ["SyslogLevel", "notice"],
          ["StandardOutput", "null"],
          ["StandardError", "journal"],
          ["Nice", 10],
          ["UMask", "0022"],
          ["NoNewPrivileges", true],
          ["ProtectSystem", "strict"],
          ["ReadWritePaths", `${layout.metrics} /var/log`],
          ["ProtectHome", true],
          ["PrivateTmp", true],
          ["PrivateDevices", true],
          ["ProtectKernelModules", true],
          ["ProtectKernelLogs", true],
          ["ProtectControlGroups", true],
          ["ProtectClock", true],
          ["ProtectHostname", true],
          ["LockPersonality", true],
          // The wanted rules are loaded where they touch nothing: in a network of their own.
          ["RestrictNamespaces", "net"],
          ["RestrictRealtime", true],
          ["RestrictSUIDSGID", true],
          ["RestrictAddressFamilies", "AF_UNIX AF_NETLINK"],
          ["IPAddressDeny", "any"],
          ["SystemCallArchitectures", "native"],
          ["SystemCallFilter", "@system-service"],
          // The rules, a network of its own, and which program listens.
          ["CapabilityBoundingSet", "CAP_NET_ADMIN CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_DAC_READ_SEARCH"],
        ],
      },
    ],
    timer: [
      { name: "Unit", entries: [["Description", "Looks every minute who may reach this machine"]] },
      {
        name: "Timer",
        entries: [
          ["OnCalendar", "minutely"],
          ["AccuracySec", "1s"],
        ],
      },
      { name: "Install", entries: [["WantedBy", "timers.target"]] },
    ],
  };
}
