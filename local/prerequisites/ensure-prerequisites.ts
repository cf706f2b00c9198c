import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../workstation/cache/directory.ts";
import { withLock } from "../../workstation/cache/lock.ts";
import { findOnPath } from "../../workstation/find-on-path.ts";
import type { Progress } from "../../workstation/progress.ts";
import { probeDaemon } from "./docker-daemon.ts";
import { installPackages } from "./install-packages.ts";
import { thisMachine, type Machine } from "./machine.ts";
import { planPrerequisites, type Findings, type PrerequisitesPlan } from "./plan.ts";
import { startDaemon } from "./start-daemon.ts";
import { tools, type Tool } from "./tools.ts";

/** What `ensurePrerequisites` found or brought about. */
export interface Prerequisites {
  readonly dockerVersion: string;
  readonly daemonStarted: boolean;
  /** Debian packages that were installed just now. */
  readonly installed: readonly string[];
}

/**
 * Makes sure that every tool is there and that Docker answers; installs through apt where that is allowed (root
 * on Debian or Ubuntu) and starts the daemon if it must. Changes nothing when all is well (under 0.1 s), and
 * nothing when it has to refuse: the error then names everything that is missing and what to do.
 */
export async function ensurePrerequisites(
  progress: Progress,
  machine: Machine = thisMachine(),
): Promise<Prerequisites> {
  return progress.step("prerequisites", async (report) => {
    const daemon = await probeDaemon(machine);
    const findings: Findings = { machine, missing: missingTools(machine), daemon };
    const plan = planPrerequisites(findings);
    if (plan.refusals.length > 0) throw new Error(plan.refusals.join("\n"));
    const { dockerVersion, daemonStarted } =
      plan.install.length === 0 && daemon.kind === "answers"
        ? { dockerVersion: daemon.version, daemonStarted: false }
        : await bringAbout(plan, machine, report);
    const still = missingTools(machine);
    if (still.length > 0) {
      throw new Error(
        `installed, yet not found: ${still.map((tool) => tool.needs).join(", ")}; is PATH complete? (${machine.environment["PATH"] ?? ""})`,
      );
    }
    report(`Docker ${dockerVersion}${daemonStarted ? ", started" : ""}`);
    return { dockerVersion, daemonStarted, installed: plan.install };
  });
}

/** One process at a time: two daemons started at once would fight over the same socket. */
function bringAbout(
  plan: PrerequisitesPlan,
  machine: Machine,
  report: (detail: string) => void,
): Promise<{ dockerVersion: string; daemonStarted: boolean }> {
  const lock = join(cacheDirectory(machine.environment), "locks", "prerequisites.lock");
  return withLock(lock, async () => {
    if (plan.install.length > 0) {
      report(`installing ${plan.install.join(" ")}`);
      await installPackages(plan.install, machine, report);
    }
    // Installing the package, or whoever had the lock before, may have started it.
    const daemon = await probeDaemon(machine);
    if (daemon.kind === "answers") return { dockerVersion: daemon.version, daemonStarted: false };
    report("starting Docker");
    return { dockerVersion: await startDaemon(machine), daemonStarted: true };
  });
}

function missingTools(machine: Machine): Tool[] {
  return tools.filter(({ needs }) =>
    needs.includes("/")
      ? !existsSync(join(machine.fileRoot, needs))
      : findOnPath(needs, machine.environment) === undefined,
  );
}
