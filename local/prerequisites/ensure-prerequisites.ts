import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { withLock } from "../../workstation/cache/lock.ts";
import { findOnPath } from "../../workstation/find-on-path.ts";
import type { Progress } from "../../workstation/progress.ts";
import { probeDaemon, type DaemonState } from "./docker-daemon.ts";
import { installPackages } from "./install-packages.ts";
import { thisMachine, type Machine } from "./machine.ts";
import { planPrerequisites, type PrerequisitesPlan } from "./plan.ts";
import { startDaemon } from "./start-daemon.ts";
import { tools, type Occasion, type Tool } from "./tools.ts";

/** What `ensurePrerequisites` found or brought about. */
export interface Prerequisites {
  /** Undefined when nothing that was asked for needs Docker. */
  readonly dockerVersion: string | undefined;
  readonly daemonStarted: boolean;
  /** Debian packages that were installed just now. */
  readonly installed: readonly string[];
}

/**
 * Makes sure that every tool that `occasions` need is there, and that Docker answers if they need it; installs through apt,
 * in one call, where that is allowed (root on Debian) and starts the daemon if it must. Changes nothing when
 * all is well (under 0.1 s), and nothing when it has to refuse: the error then names everything that is missing and
 * what to do.
 */
export async function ensurePrerequisites(
  progress: Progress,
  occasions: readonly Occasion[],
  machine: Machine = thisMachine(),
): Promise<Prerequisites> {
  const wanted = tools.filter(({ neededBy }) => neededBy.some((occasion) => occasions.includes(occasion)));
  if (wanted.length === 0) return { dockerVersion: undefined, daemonStarted: false, installed: [] };
  return progress.step("prerequisites", async (report) => {
    const daemon: DaemonState = wanted.some(({ needs }) => needs === "docker")
      ? await probeDaemon(machine)
      : { kind: "not asked" };
    const plan = planPrerequisites({ machine, missing: missingOf(wanted, machine), daemon });
    if (plan.refusals.length > 0) throw new Error(plan.refusals.join("\n"));
    const { dockerVersion, daemonStarted } =
      plan.install.length === 0 && !plan.startDaemon
        ? { dockerVersion: versionOf(daemon), daemonStarted: false }
        : await bringAbout(plan, machine, report);
    const still = missingOf(wanted, machine);
    if (still.length > 0) {
      throw new Error(
        `installed, yet not found: ${still.map((tool) => tool.needs).join(", ")}; is PATH complete? (${machine.environment["PATH"] ?? ""})`,
      );
    }
    const docker =
      dockerVersion === undefined ? [] : [`Docker ${dockerVersion}${daemonStarted ? ", started" : ""}`];
    const installed = plan.install.length === 0 ? [] : [`installed ${plan.install.join(" ")}`];
    report([...docker, ...installed].join("; ") || "all there");
    return { dockerVersion, daemonStarted, installed: plan.install };
  });
}

function versionOf(daemon: DaemonState): string | undefined {
  return daemon.kind === "answers" ? daemon.version : undefined;
}

/** One process at a time: two daemons started at once would fight over the same socket. */
function bringAbout(
  plan: PrerequisitesPlan,
  machine: Machine,
  report: (detail: string) => void,
): Promise<Omit<Prerequisites, "installed">> {
  const lock = join(cacheDirectory(machine.environment), "locks", "prerequisites.lock");
  return withLock(lock, async () => {
    if (plan.install.length > 0) {
      report(`installing ${plan.install.join(" ")}`);
      await installPackages(plan.install, machine, report);
    }
    if (!plan.needsDaemon) return { dockerVersion: undefined, daemonStarted: false };
    // Installing the package, or whoever had the lock before, may have started it.
    const daemon = await probeDaemon(machine);
    if (daemon.kind === "answers") return { dockerVersion: daemon.version, daemonStarted: false };
    report("starting Docker");
    return { dockerVersion: await startDaemon(machine), daemonStarted: true };
  });
}

function missingOf(wanted: readonly Tool[], machine: Machine): Tool[] {
  return wanted.filter(({ needs }) =>
    needs.includes("/")
      ? !existsSync(join(machine.fileRoot, needs))
      : findOnPath(needs, machine.environment) === undefined,
  );
}
