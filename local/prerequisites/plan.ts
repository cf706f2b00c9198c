import type { DaemonState } from "./docker-daemon.ts";
import type { Machine } from "./machine.ts";
import type { Tool } from "./tools.ts";

/** What was found on the machine. */
export interface Findings {
  readonly machine: Pick<Machine, "environment" | "isRoot" | "isDebian" | "userName">;
  readonly missing: readonly Tool[];
  readonly daemon: DaemonState;
}

/** What is to be done about it; or, in `refusals`, every reason why it cannot be done here. */
export interface PrerequisitesPlan {
  /** Debian packages, sorted, each once. */
  readonly install: readonly string[];
  /** Whether Docker must answer in the end. */
  readonly needsDaemon: boolean;
  /** Whether it does not answer yet. */
  readonly startDaemon: boolean;
  readonly refusals: readonly string[];
}

/** Decides what to install and start. Pure; installs only as root on Debian, else says what is needed. */
export function planPrerequisites({ machine, missing, daemon }: Findings): PrerequisitesPlan {
  const wanted = new Set(missing.map((tool) => tool.debianPackage));
  const startDaemon = daemon.kind === "silent" || daemon.kind === "no client";
  const remote = machine.environment["DOCKER_HOST"];
  if (startDaemon && !(daemon.kind === "silent" && daemon.installed) && !remote) wanted.add("docker.io");
  const install = [...wanted].sort();
  const mayInstall = machine.isRoot && machine.isDebian;
  const refusals: string[] = [];
  if (install.length > 0 && !mayInstall) refusals.push(installSentence(machine, missing, install));
  const daemonRefusal = refuseDaemon(machine, daemon, remote);
  if (daemonRefusal !== undefined) refusals.push(daemonRefusal);
  return { install, needsDaemon: daemon.kind !== "not asked", startDaemon, refusals };
}

function installSentence(
  machine: Findings["machine"],
  missing: readonly Tool[],
  packages: readonly string[],
): string {
  const names = missing.map((tool) => `${tool.needs} (${tool.purpose})`);
  if (packages.includes("docker.io") && !missing.some((tool) => tool.needs === "docker")) {
    names.push("dockerd (the Docker daemon)");
  }
  const what = `missing on this machine: ${names.join(", ")}.`;
  return machine.isDebian
    ? `${what} Run: sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`
    : `${what} This is not Debian, so install them with your own package manager (Debian's names: ${packages.join(", ")}).`;
}

function refuseDaemon(
  machine: Findings["machine"],
  daemon: DaemonState,
  remote?: string,
): string | undefined {
  if (daemon.kind === "denied") {
    return (
      `Docker refuses ${machine.userName} ("${daemon.message}"). Run: sudo usermod -aG docker ${machine.userName}, ` +
      `then log in again (members of that group are as powerful as root); or run this as root.`
    );
  }
  if (daemon.kind !== "silent") return undefined;
  if (remote) {
    return `Docker does not answer at DOCKER_HOST=${remote} ("${daemon.message}"). Start it there, or unset DOCKER_HOST to use this machine's.`;
  }
  if (daemon.installed && !machine.isRoot) {
    return `the Docker daemon is installed but does not answer ("${daemon.message}"). Run: sudo systemctl start docker`;
  }
  return undefined;
}
