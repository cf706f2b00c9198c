import { runCommand, type Finished } from "../../workstation/run-command.ts";
import type { Machine } from "./machine.ts";
import { unwantedServices, withoutServices } from "./without-services.ts";

/**
 * Installs Debian packages in one apt call; services that they bring and that nothing here wants do not start, neither
 * now nor by the next boot. The package lists are refreshed only when that fails, since a
 * refresh costs more than everything else here. Throws with apt's last lines.
 */
export async function installPackages(
  packages: readonly string[],
  machine: Machine,
  report: (detail: string) => void,
): Promise<void> {
  const unwanted = unwantedServices(packages);
  if (unwanted.length === 0) return install(packages, machine, report);
  await withoutServices(unwanted, machine, () => install(packages, machine, report));
}

async function install(
  packages: readonly string[],
  machine: Machine,
  report: (detail: string) => void,
): Promise<void> {
  if ((await tryInstall(packages, machine, report)).code === 0) return;
  report("apt-get update");
  const updated = await apt(["update"], machine, report);
  if (updated.code !== 0) throw new Error(`apt-get update failed:\n${lastLines(updated.stderr)}`);
  const installed = await tryInstall(packages, machine, report);
  if (installed.code === 0) return;
  throw new Error(`apt-get install ${packages.join(" ")} failed:\n${lastLines(installed.stderr)}`);
}

async function tryInstall(
  packages: readonly string[],
  machine: Machine,
  report: (detail: string) => void,
): Promise<Finished> {
  const wanted = [...packages];
  if (packages.includes("docker.io")) {
    // Since Debian 13 the client is a package of its own, which docker.io only recommends.
    const known = await runCommand(["apt-cache", "pkgnames", "docker-cli"], {
      environment: machine.environment,
    });
    if (known.stdout.split("\n").includes("docker-cli")) wanted.push("docker-cli");
  }
  return apt(["install", "-y", "--no-install-recommends", ...wanted], machine, report);
}

function apt(argv: readonly string[], machine: Machine, report: (detail: string) => void): Promise<Finished> {
  const environment = { ...machine.environment, DEBIAN_FRONTEND: "noninteractive" };
  return runCommand(["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120", ...argv], {
    environment,
    onLine: report,
  });
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-8).join("\n");
}
