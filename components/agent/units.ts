import { exitCodes } from "../../contract/exit-codes.ts";
import { followersOf, hostFilesDump, jobs, type JobName } from "../../contract/jobs.ts";
import { layout } from "../../contract/layout.ts";
import type { BackupSettings } from "../config/schema.ts";
import type { Duration } from "../../catalog/quantities.ts";
import { milliseconds } from "../../catalog/quantities.ts";
import type { IniSection } from "../text/ini.ts";
import { alertHardening } from "./alert-hardening.ts";
import { calendar } from "./calendar.ts";

/** Where the program lies that makes a failed unit loud. */
export const unitFailed = "/usr/local/lib/kaleem/unit-failed";

/** Instance per failed unit: `OnFailure=kaleem-alert@%n.service`. */
export const alertUnit: readonly IniSection[] = [
  { name: "Unit", entries: [["Description", "Reports that %i has failed"]] },
  {
    name: "Service",
    entries: [["Type", "oneshot"], ["ExecStart", `${unitFailed} %i ${layout.metrics}`], ...alertHardening],
  },
];

/** Takes a recovery point. Whatever happens to the agent, no container stays paused. */
export function pointUnits({ pointEvery }: BackupSettings): Units {
  return {
    service: agentService("Takes a recovery point of all stores", "point", {
      after: ["docker.service"],
      stopPost: "unpause",
      followed: followersOf("point"),
    }),
    timer: timer("Recovery points", calendar(pointEvery)),
  };
}

/** Copies new points off-site: started by each point that was taken. Its timer, in between, only catches up what failed. */
export function shipUnits({ shipEvery }: BackupSettings): Units {
  const half = `${Math.floor(milliseconds(shipEvery) / 2_000)}s` as Duration;
  return {
    service: agentService("Ships recovery points off-site", "ship", {
      after: ["network-online.target"],
      givesWay: true,
    }),
    timer: timer("Off-site copies of points that were not shipped", calendar(shipEvery, half)),
  };
}

/** Forget, prune and check, each at its own pace: a unit a job. */
export function maintenanceUnits(): Readonly<Record<string, Units>> {
  return Object.fromEntries(
    Object.entries(maintenanceTimes).map(([name, onCalendar]) => {
      const { purpose, command } = jobs[name as keyof typeof maintenanceTimes];
      const service = agentService(purpose, command.join(" "), {
        after: ["network-online.target"],
        givesWay: true,
      });
      return [name, { service, timer: timer(purpose, onCalendar) }];
    }),
  );
}

/** Proves the newest point, a little after one was taken. Whatever happens to the agent, no store stays up on a clone. */
export function proveUnits(): Units {
  const { purpose, command } = jobs.prove;
  return {
    service: agentService(purpose, command.join(" "), {
      after: ["docker.service"],
      stopPost: "prove --clear",
      givesWay: true,
    }),
    timer: timer(purpose, "*-*-* *:47:30"),
  };
}

/** Tests a restore; its timer asks every day whether one is due. Whatever happens to the agent, nothing of a test stays. */
export function restoreTestUnits(): Units {
  const { purpose, command } = jobs["restore-test"];
  return {
    service: agentService(purpose, command.join(" "), {
      after: ["docker.service", "network-online.target"],
      stopPost: "restore-test --clear",
      givesWay: true,
    }),
    timer: timer(purpose, "*-*-* 05:17:30"),
  };
}

/** Keeps images in the bucket: daily, and started by each `up` that names new ones. It reads the logins that Docker has here as root. */
export function imagesUnits(): Units {
  const { purpose, command } = jobs.images;
  return {
    service: agentService(purpose, command.join(" "), {
      after: ["docker.service", "network-online.target"],
      givesWay: true,
      readsLogins: true,
    }),
    timer: timer(purpose, "*-*-* 04:37:00"),
  };
}

/** Dumps stores, each at its own times of the day; one timer has all of them, so that no two dumps are made at once. */
export function dumpUnits(times: Readonly<Record<string, readonly string[]>>): Units {
  const { purpose, command } = jobs.dump;
  return {
    service: agentService(purpose, command.join(" "), {
      after: ["docker.service"],
      followed: followersOf("dump"),
      givesWay: true,
      background: true,
    }),
    timer: timer(purpose, dumpCalendars(times)),
  };
}

/** Every time at which something is dumped, once; a day's last look for what has failed, where nothing is. Pure. */
export function dumpCalendars(times: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const at = [...new Set(Object.values(times).flat())].sort();
  return (at.length === 0 ? hostFilesDump.at : at).map((time) => `*-*-* ${time}:00 UTC`);
}

/** Ships dumps once they were taken; its timer only catches up what failed. */
export function shipDumpsUnits(): Units {
  const { purpose, command } = jobs["ship-dumps"];
  return {
    service: agentService(purpose, command.join(" "), {
      after: ["network-online.target"],
      givesWay: true,
      background: true,
    }),
    timer: timer(purpose, "*-*-* 03:10:00 UTC"),
  };
}

/** One after the other in quiet hours: only one of them works at a time, and what is forgotten first is pruned next. */
const maintenanceTimes = {
  "forget-local": "*-*-* *:33:00",
  "forget-offsite": "*-*-* 01:03:00",
  "prune-local": "*-*-* 01:43:00",
  "prune-offsite": "*-*-* 02:03:00",
  "check-local": "*-*-* 03:03:00",
  "check-offsite": "*-*-* 04:03:00",
} as const satisfies Readonly<
  Record<
    Exclude<JobName, "point" | "ship" | "prove" | "restore-test" | "images" | "dump" | "ship-dumps">,
    string
  >
>;

export interface Units {
  readonly service: readonly IniSection[];
  readonly timer: readonly IniSection[];
}

function timer(description: string, onCalendar: string | readonly string[]): readonly IniSection[] {
  const calendars = typeof onCalendar === "string" ? [onCalendar] : onCalendar;
  return [
    { name: "Unit", entries: [["Description", description]] },
    {
      name: "Timer",
      entries: [
        ...calendars.map((one) => ["OnCalendar", one] as const),
        // The default of a minute would be a fifth of the interval.
        ["AccuracySec", "1s"],
        ["Persistent", true],
      ],
    },
    { name: "Install", entries: [["WantedBy", "timers.target"]] },
  ];
}

interface ServiceOptions {
  readonly after: readonly string[];
  readonly stopPost?: string;
  /** Jobs that start once it has ended well; systemd does not wait for them. */
  readonly followed?: readonly JobName[];
  /** That others come first is its way, and no failure: what would tell that it never has its turn is its record. */
  readonly givesWay?: true;
  /** It may see what `docker login` has left in root's home, and nothing else there. */
  readonly readsLogins?: true;
  /** It has time: whoever else wants processor or disk comes first. */
  readonly background?: true;
  /** It runs so often that systemd's two lines a run, and its result, would be most of the journal. */
  readonly quiet?: true;
}

/** A unit that runs a command of the agent, hardened as far as that bears. */
export function agentService(
  description: string,
  command: string,
  options: ServiceOptions,
): readonly IniSection[] {
  const after = options.after.join(" ");
  return [
    {
      name: "Unit",
      entries: [
        ["Description", description],
        ["Wants", after],
        ["After", after],
        ["RequiresMountsFor", layout.dataRoot],
        // The default refuses a sixth start within 10 s: an operator who tries again is refused as "too quickly", and so is the timer.
        ["StartLimitIntervalSec", 0],
        ["OnFailure", "kaleem-alert@%n.service"],
        ...(options.followed ?? []).map((job) => ["OnSuccess", `kaleem-${job}.service`] as const),
      ],
    },
    {
      name: "Service",
      entries: [
        ["Type", "oneshot"],
        ["ExecStart", `${layout.agentCommand} ${command}`],
        ...(options.stopPost
          ? [["ExecStopPost", `${layout.agentCommand} ${options.stopPost}`] as const]
          : []),
        ...(options.quiet
          ? ([
              ["LogLevelMax", "notice"],
              ["SyslogLevel", "notice"],
              ["StandardOutput", "null"],
              ["StandardError", "journal"],
            ] as const)
          : []),
        ...(options.givesWay ? [["SuccessExitStatus", exitCodes.busy] as const] : []),
        // The agent ends what stands still; how long work takes that gets on is no reason to end it.
        ["TimeoutStartSec", "infinity"],
        ["Nice", options.background ? 10 : 5],
        ["IOSchedulingClass", "best-effort"],
        ["IOSchedulingPriority", options.background ? 7 : 6],
        ...(options.background
          ? ([
              ["CPUWeight", 20],
              ["IOWeight", 20],
            ] as const)
          : []),
        ...hardening,
        ...(options.readsLogins
          ? ([
              ["ProtectHome", "tmpfs"],
              ["BindReadOnlyPaths", "-/root/.docker"],
              // It enters no task: what nsenter needs is taken away again.
              ["CapabilityBoundingSet", "~CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_SYS_CHROOT"],
            ] as const)
          : []),
      ],
    },
  ];
}

/**
 * What Node, restic, cp and nsenter survive, and no more. The agent may use Docker's socket, so this guards against
 * accidents, not against an attacker who has the agent.
 */
export const hardening: IniSection["entries"] = [
  ["UMask", "0077"],
  ["NoNewPrivileges", true],
  ["ProtectSystem", "strict"],
  ["ProtectHome", true],
  ["PrivateTmp", true],
  ["ProtectKernelModules", true],
  ["ProtectKernelTunables", true],
  ["ProtectControlGroups", true],
  ["ProtectKernelLogs", true],
  ["ProtectHostname", true],
  ["ProtectClock", true],
  ["LockPersonality", true],
  ["RestrictRealtime", true],
  ["RestrictSUIDSGID", true],
  ["RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"],
  ["SystemCallArchitectures", "native"],
  ["SystemCallFilter", "@system-service @pkey"],
  // chown and modes of copies; nsenter into a task's network and its secrets under /proc need the last three.
  [
    "CapabilityBoundingSet",
    "CAP_CHOWN CAP_FOWNER CAP_FSETID CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_KILL CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_SYS_CHROOT",
  ],
  ["ReadWritePaths", layout.dataRoot],
  ["ReadWritePaths", "/var/backups/kaleem /var/cache/kaleem /var/lib/kaleem"],
  ["ReadWritePaths", `/run/kaleem /run/lock/kaleem /etc/kaleem/edge/fence ${layout.metrics}`],
];
